import { type Zippable, zipSync } from 'fflate/browser'

export * from 'fflate/browser'

/** Packs files in the page: the console's content security policy allows no worker made of text, and without one a larger workbook was never written. */
export function zip(files: Zippable, done: (error: unknown, packed: Uint8Array | null) => void): void {
  try {
    done(null, zipSync(files))
  } catch (error) {
    done(error, null)
  }
}
