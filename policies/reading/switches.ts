import type { InputsOf, Known } from '../aws-inputs.ts'
import type { ResourceOf } from '../resource.ts'
import { fail, rule, type Rule, type Severity, shown } from '../rule.ts'

interface About {
  control: string
  title: string
  severity: Severity
  why: string
  remediation: string
}

/** What types a rule here looks at, and by which property: for the test that finds types without one. */
export const SWITCHES: string[] = []

/** A property whose deciding value must be one of these. */
export function switchOf<T extends string>(
  about: About,
  type: Known<T>,
  property: keyof InputsOf<T> & string,
  /** The value that decides, which may be deeper. */
  decides: (inputs: InputsOf<T>) => unknown,
  wanted: unknown[],
  fix: string,
  applies?: (resource: ResourceOf<T>) => boolean,
): Rule {
  SWITCHES.push(`${type}.${property}`)
  return rule<T>(type, {
    ...about,
    ...(applies && { applies }),
    check: ({ inputs }) => {
      const value = decides(inputs)
      return wanted.includes(value) ? undefined : fail(property, shown(value), fix)
    },
  })
}

/** A flag that must be on. */
export const on = <T extends string>(
  about: About,
  type: Known<T>,
  property: keyof InputsOf<T> & string,
): Rule =>
  switchOf<T>(about, type, property, inputs => inputs[property], [true], `${property}: true`)

/** On by default, and must not be switched off. */
export const notOff = <T extends string>(
  about: About,
  type: Known<T>,
  property: keyof InputsOf<T> & string,
): Rule =>
  switchOf<T>(
    about,
    type,
    property,
    inputs => inputs[property],
    [true, undefined],
    `${property}: true, or leave it out`,
  )
