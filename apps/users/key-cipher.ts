import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const NONCE = 12
const TAG = 16

export interface KeyCipher {
  encrypt: (plain: Uint8Array, label: string) => Buffer
  /** @throws Error when the bytes were not made with this key and label */
  decrypt: (sealed: Uint8Array, label: string) => Buffer
}

/** AES-256-GCM. `label` is authenticated, so that the sealed bytes of one row can't be put in another. */
export function keyCipher(keyBase64: string): KeyCipher {
  const key = Buffer.from(keyBase64, 'base64')
  return {
    encrypt: (plain, label) => {
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label))
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
    },
    decrypt: (sealed, label) => {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE))
        .setAAD(Buffer.from(label))
        .setAuthTag(sealed.subarray(NONCE, NONCE + TAG))
      return Buffer.concat([decipher.update(sealed.subarray(NONCE + TAG)), decipher.final()])
    },
  }
}
