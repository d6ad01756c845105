/** Declares resources. */
export type Program = () => unknown

/** Programs for each control: what it must accept, and each distinct way to break it. */
export type Fixtures = Readonly<Record<string, ControlFixtures>>

export interface ControlFixtures {
  /** By what is special about it. */
  passes: Readonly<Record<string, Program>>
  /** By what the finding says: `storageEncrypted is not set`. */
  fails: Readonly<Record<string, Program | readonly Program[]>>
  /** By what the message says: programs on which the control can not be decided. */
  unknown?: Readonly<Record<string, Program | readonly Program[]>>
}

/** One test each: what is said, and which of several programs it is said of. */
export const programsOf = (by: ControlFixtures['fails']): [message: string, program: Program][] =>
  Object.entries(by).flatMap(([message, programs]) =>
    [programs].flat().map((program): [string, Program] => [message, program]),
  )
