/** Programs for each control: what it must accept, and each distinct way to break it. */
export type Fixtures = Readonly<Record<string, ControlFixtures>>

export interface ControlFixtures {
  /** By what is special about it. */
  passes: Readonly<Record<string, () => unknown>>
  /** By what the finding says: `storageEncrypted is not set`. */
  fails: Readonly<Record<string, () => unknown>>
  /** By what the message says: programs on which the control can not be decided. */
  unknown?: Readonly<Record<string, () => unknown>>
}
