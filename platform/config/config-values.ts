import { z } from 'zod'

/** Stack values arrive as text; these say what is allowed and make the typed value. */
export const text = z.string()

export const bool = z.enum(['true', 'false'], 'must be true or false').transform(v => v === 'true')

export function whole(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^-?\d{1,9}$/, error)
    .transform(Number)
    .pipe(z.number().min(min, error).max(max, error))
}

export function oneOf<const T extends string>(values: readonly T[]) {
  return z.enum(values, `must be one of ${values.join(', ')}`)
}

export function oneOfNumbers<const T extends number>(values: readonly T[]) {
  return z.string().transform((given, context): T => {
    const found = values.find(value => String(value) === given)
    if (found !== undefined) return found
    context.addIssue({ code: 'custom', message: `must be one of ${values.join(', ')}` })
    return z.NEVER
  })
}

export const matching = (pattern: RegExp, error: string) => z.string().regex(pattern, error)

/** Empty, or of this form. */
export const optionalMatching = (pattern: RegExp, error: string) =>
  z
    .string()
    .refine(value => value === '' || pattern.test(value), error)
    .transform(value => (value === '' ? undefined : value))

/** Lists and objects: JSON, as Pulumi hands them over. */
export function json<T>(shape: z.ZodType<T>) {
  return z
    .string()
    .transform((given, context) => {
      try {
        return JSON.parse(given) as unknown
      } catch {
        context.addIssue({ code: 'custom', message: 'must be a list or an object in YAML' })
        return z.NEVER
      }
    })
    .pipe(shape)
}

/** The keys that are right by themselves: what lies between keys is looked for whether others are right or not. */
export const rightPart = <S extends z.ZodRawShape>(
  { shape }: z.ZodObject<S>,
  given: Readonly<Record<string, unknown>>,
): Partial<z.output<z.ZodObject<S>>> =>
  Object.fromEntries(
    Object.entries<z.core.$ZodType>(shape).flatMap(([key, of]) => {
      const { success, data } = z.safeParse(of, given[key])
      return success ? [[key, data]] : []
    }),
  ) as Partial<z.output<z.ZodObject<S>>>
