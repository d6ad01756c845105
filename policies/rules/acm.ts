import { rule, type Rule, wants } from '../rule.ts'

/** The only size of RSA that AWS offers and that can be broken. */
const SHORT = 'RSA_1024'

export const acm: readonly Rule[] = [
  rule('acm.Certificate', {
    control: 'ACM.2',
    title: 'Certificates have RSA keys of at least 2048 bits',
    severity: 'high',
    why: 'shorter keys can be broken, and who does is your site',
    // The default of AWS is RSA_2048.
    check: ({ inputs }) =>
      wants(inputs, 'keyAlgorithm', algorithm => algorithm !== SHORT, "keyAlgorithm: 'RSA_2048'"),
  }),
]
