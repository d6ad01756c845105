import type * as aws from '@pulumi/aws'
import type { Unwrap } from '@pulumi/pulumi'

type Modules = typeof aws

/** A class of the SDK: its arguments. */
type ArgsOf<C> = C extends new (name: string, args: infer A, ...rest: never[]) => unknown
  ? Unwrap<NonNullable<A>>
  : never

type ClassOf<T extends string> = T extends `${infer M}.${infer N}`
  ? M extends keyof Modules
    ? N extends keyof Modules[M]
      ? Modules[M][N]
      : never
    : never
  : never

/** What the stack as a whole is checked by; no resource of AWS. */
export const STACK = 'stack'

/** Every resource of AWS, whatever its type. */
export const EVERY = 'every'

/** Compiles only for a class that `@pulumi/aws` has, `rds.Instance`, or for the stack itself. */
export type Known<T extends string> = T extends typeof STACK | typeof EVERY
  ? T
  : ArgsOf<ClassOf<T>> extends never
    ? never
    : T

/**
 * The inputs of a type, with the names that `@pulumi/aws` gives them: a misspelt property does not compile. All of them may
 * be missing, whatever the type says: what is checked may come from another program.
 */
export type InputsOf<T extends string> = T extends typeof STACK | typeof EVERY
  ? { readonly region?: string | undefined }
  : Optional<ArgsOf<ClassOf<T>>>

type Optional<A> = { readonly [K in keyof A]?: A[K] | undefined }
