import type { z } from 'zod'

/**
 * A reader of another service's answer, whose type comes from that service's schemas. Does not compile when the service
 * may answer what the reader would refuse: `readerOf<ProductLookupAnswer>()(z.object({ ... }))`.
 */
export const readerOf =
  // Named by the caller alone: TypeScript infers all type parameters of a call or none.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  <Answer>() =>
    <Reader extends z.ZodType>(
      reader: Reader & (Answer extends z.input<Reader> ? unknown : never),
    ): Reader =>
      reader
