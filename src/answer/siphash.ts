/** SipHash-2-4 (Aumasson and Bernstein, 2012): the keyed hash of DNS cookies (RFC 9018 §4.4). */

/** One block is one 64-bit word, little end first. */
const BLOCK_BYTES = 8

/**
 * The hash of `data[0, length)` under the key's four words, little end first; its low and high 32 bits are written to `out`. 64-bit words are pairs of
 * 32-bit ones, low first: BigInt would allocate.
 */
export function sipHash24(key: Uint32Array, data: Uint8Array, length: number, out: Uint32Array): void {
  let a0 = key[0]! ^ 0x70736575
  let a1 = key[1]! ^ 0x736f6d65
  let b0 = key[2]! ^ 0x6e646f6d
  let b1 = key[3]! ^ 0x646f7261
  let c0 = key[0]! ^ 0x6e657261
  let c1 = key[1]! ^ 0x6c796765
  let d0 = key[2]! ^ 0x79746573
  let d1 = key[3]! ^ 0x74656462
  const blocks = (length >> 3) + 1
  // The last turn is the finalization: no block, and four rounds.
  for (let block = 0; block <= blocks; block++) {
    let m0 = 0
    let m1 = 0
    let rounds = 4
    if (block < blocks) {
      rounds = 2
      m0 = wordAt(data, length, block * BLOCK_BYTES)
      m1 = wordAt(data, length, block * BLOCK_BYTES + 4)
      if (block === blocks - 1) m1 |= length << 24
      d0 ^= m0
      d1 ^= m1
    } else {
      c0 ^= 0xff
    }
    for (let round = 0; round < rounds; round++) {
      // a += b
      a0 = (a0 + b0) | 0
      a1 = (a1 + b1 + (a0 >>> 0 < b0 >>> 0 ? 1 : 0)) | 0
      // b = (b <<< 13) ^ a
      let high = (b1 << 13) | (b0 >>> 19)
      b0 = ((b0 << 13) | (b1 >>> 19)) ^ a0
      b1 = high ^ a1
      // a <<<= 32
      high = a0
      a0 = a1
      a1 = high
      // c += d
      c0 = (c0 + d0) | 0
      c1 = (c1 + d1 + (c0 >>> 0 < d0 >>> 0 ? 1 : 0)) | 0
      // d = (d <<< 16) ^ c
      high = (d1 << 16) | (d0 >>> 16)
      d0 = ((d0 << 16) | (d1 >>> 16)) ^ c0
      d1 = high ^ c1
      // a += d
      a0 = (a0 + d0) | 0
      a1 = (a1 + d1 + (a0 >>> 0 < d0 >>> 0 ? 1 : 0)) | 0
      // d = (d <<< 21) ^ a
      high = (d1 << 21) | (d0 >>> 11)
      d0 = ((d0 << 21) | (d1 >>> 11)) ^ a0
      d1 = high ^ a1
      // c += b
      c0 = (c0 + b0) | 0
      c1 = (c1 + b1 + (c0 >>> 0 < b0 >>> 0 ? 1 : 0)) | 0
      // b = (b <<< 17) ^ c
      high = (b1 << 17) | (b0 >>> 15)
      b0 = ((b0 << 17) | (b1 >>> 15)) ^ c0
      b1 = high ^ c1
      // c <<<= 32
      high = c0
      c0 = c1
      c1 = high
    }
    a0 ^= m0
    a1 ^= m1
  }
  out[0] = a0 ^ b0 ^ c0 ^ d0
  out[1] = a1 ^ b1 ^ c1 ^ d1
}

/** Four bytes, little end first; zero for what lies behind the end. */
function wordAt(data: Uint8Array, length: number, at: number): number {
  if (at + 4 <= length)
    return data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24)
  let word = 0
  for (let i = at; i < length; i++) word |= data[i]! << (8 * (i - at))
  return word
}
