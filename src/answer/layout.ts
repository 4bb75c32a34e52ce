/**
 * The answer table: one SharedArrayBuffer of 32-bit words, immutable once compiled. Offsets are in words from its start; 0 is "none".
 *
 *   header     see TableWord
 *   nodes and fragments, in the order in which they were compiled
 *   index      open addressing with linear probing: pairs { hash, offset of the node }, a power of two of them
 *
 * A node is a name that exists. Its entries say which fragment answers which type; the default answers every other one: NODATA, or
 * for an alias its chain, or for a delegation the referral.
 *
 *   node       see NodeWord, then { type, fragment } per entry, then the lower-cased wire name
 *
 * A fragment is a response from behind the question on, made ahead, compression included. Pointers into the question or into the fragment
 * are right for a query name of `base` bytes; for a longer one (below a wildcard's parent, a zone's apex or a delegation) all those listed
 * are moved by the difference. The pointer to the query name itself (0xC00C) never moves.
 *
 *   fragment   see FragmentWord, then { slot, owner and section } per insert, then the places of the pointers as 16-bit numbers, then the body
 *
 * What comes from the board is inserted behind the body, each record behind an owner pointer of its own.
 */

import { MAX_RRSET_BYTES } from '#zone/rrset.ts'

export const TABLE_MAGIC = 0x55_44_53_31

export const TableWord = { magic: 0, seed: 1, index: 2, indexMask: 3, maxLabels: 4, size: 8 } as const

export const NodeWord = {
  hash: 0,
  /** Length of the wire name, and from bit 8 on the flags. */
  name: 1,
  defaultFragment: 2,
  /** The node of `*.` this name: answers what does not exist below. */
  wildcard: 3,
  /** For names that do not exist below, without a wildcard: NXDOMAIN, or a DNAME. */
  nxdomainFragment: 4,
  entryCount: 5,
  size: 6,
} as const

/** The default fragment answers every name below as well: a delegation, or a zone that could not be loaded. */
export const NODE_COVERS_BELOW = 1 << 8

export const FragmentWord = {
  /** Bits of the header's flags word, AA and RCODE; the number of an Extended DNS Error << 16; RENAMES. */
  flags: 0,
  /** ANCOUNT, NSCOUNT << 16. */
  counts: 1,
  /** ARCOUNT, `base` << 16. */
  arcountAndBase: 2,
  /** Length of the body in bytes, number of pointers << 16. */
  bodyAndPointers: 3,
  /** The same two without additional data that may be left out: length, ARCOUNT << 16. */
  required: 4,
  insertCount: 5,
  /** The fragment that takes this one's place while the board has no record for the answer section. */
  fallback: 6,
  size: 7,
} as const

/** The fragment is a DNAME, and what lies below its owner has another name. */
export const RENAMES = 1 << 24
export const ERROR_SHIFT = 16

/** The word of an insert: owner pointer in the low 16 bits (to move where the flag is set), and the section. */
export const INSERT_OWNER_MOVES = 1 << 16
export const INSERT_ADDITIONAL = 1 << 17

export const AA = 0x0400
export const POINTER = 0xc000
/** Where the question's name begins, and the pointer to it. */
export const QUESTION = 12
/** Of records in one message, which has a question and EDNS too. */
export const MAX_BODY_BYTES: number = MAX_RRSET_BYTES
