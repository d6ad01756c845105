import * as aws from '@pulumi/aws'
import type { Fixtures } from '../testing/fixtures.ts'

const certificate = (keyAlgorithm?: string) => () =>
  new aws.acm.Certificate('certificate', {
    domainName: 'shop.example.com',
    validationMethod: 'DNS',
    ...(keyAlgorithm !== undefined && { keyAlgorithm }),
  })

export const acmFixtures: Fixtures = {
  'ACM.2': {
    passes: {
      'by default': certificate(),
      '2048 bits': certificate('RSA_2048'),
      'an elliptic curve': certificate('EC_prime256v1'),
    },
    fails: { 'keyAlgorithm is "RSA_1024"': certificate('RSA_1024') },
  },
}
