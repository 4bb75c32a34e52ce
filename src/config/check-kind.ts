/** What a kind of health check adds to what all have: its keys, and how they become a spec. */
import type { CheckTiming } from '#health/timing.ts'
import type { CheckSpec } from '#probe/spec.ts'
import type { Section, Shape } from './section.ts'
import type { Path, YamlSource } from './yaml-source.ts'

/** A spec that perhaps does not know yet which host a pool asks for. */
export type DraftSpec = Hostless<CheckSpec>
type Hostless<S> = S extends { readonly host: string }
  ? Omit<S, 'host'> & { readonly host: string | undefined }
  : S

export interface Written<S extends Shape> {
  readonly source: YamlSource
  readonly path: Path
  /** As written, which tells apart kinds that are read alike. */
  readonly type: string
  readonly section: Section<S>
  /** `port` of the check. */
  readonly port: number | undefined
}

export interface CheckKind {
  readonly shape: Shape
  /** Where it does not probe by the keys that all have: those that mean nothing to it, and what the others make. */
  readonly ownTiming?: OwnTiming
  /** Gives a spec in any case, and complains of what does not go together. */
  read(written: Written<Shape>): DraftSpec
}

export interface OwnTiming {
  readonly without: readonly string[]
  /** Complains of what does not go together. */
  read(source: YamlSource, path: Path, section: Section<Shape>): CheckTiming
}

/** Ties the reader to its keys. */
export function checkKind<S extends Shape>(shape: S, read: (written: Written<S>) => DraftSpec): CheckKind {
  return { shape, read: written => read(written as Written<S>) }
}
