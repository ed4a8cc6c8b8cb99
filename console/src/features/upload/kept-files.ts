import { createStore, del, entries, set } from 'idb-keyval'

/** Files whose upload has begun and not ended. They lie in the browser, so that a reload goes on. */
const begun = createStore('headgate-uploads', 'files')

export interface Kept {
  id: string
  file: File
  dataset: string
}

export async function keptFiles(): Promise<Kept[]> {
  return (await entries<string, { file: File; dataset: string }>(begun)).map(([id, kept]) => ({
    id,
    ...kept,
  }))
}

export const keep = (one: Kept): Promise<void> => set(one.id, { file: one.file, dataset: one.dataset }, begun)
export const forget = (id: string): Promise<void> => del(id, begun)
