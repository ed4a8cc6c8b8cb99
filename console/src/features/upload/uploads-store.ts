import { useSyncExternalStore } from 'react'

import type { Kept } from './kept-files'

/**
 * The files of this session that are on their way. They outlive the page Upload: whoever leaves it for another page
 * comes back to the same files, in the same order and state.
 */
let uploads: readonly Kept[] = []
const ended = new Set<string>()
const listeners = new Set<() => void>()

function set(next: readonly Kept[]): void {
  uploads = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useUploads = (): readonly Kept[] => useSyncExternalStore(subscribe, () => uploads)

/** Add files, the newest first, without those that are listed already. */
export function addUploads(files: readonly Kept[]): void {
  const listed = new Set(uploads.map(({ id }) => id))
  const added = files.filter(({ id }) => !listed.has(id))
  if (added.length > 0) set([...added, ...uploads])
}

export const removeUpload = (id: string): void => set(uploads.filter((other) => other.id !== id))

const committed = new Map<string, string>()

/** Note which file of the lake a card has become. */
export const noteFile = (id: string, fileId: string): void => void committed.set(id, fileId)

/** The id of the file in the lake that a card shows; undefined before its commit. */
export const fileOnCard = (id: string): string | undefined => committed.get(id)

const partsIn = new WeakMap<File, readonly string[]>()

/** Note the parts of a file that a card committed: other cards of the same file no longer offer them, also once it is closed. */
export const noteParts = (kept: Pick<Kept, 'file'>, parts: readonly string[]): void =>
  void partsIn.set(kept.file, [...notedParts(kept), ...parts])

/** The parts of a file that cards of this session committed. */
export const notedParts = (kept: Pick<Kept, 'file'>): readonly string[] => partsIn.get(kept.file) ?? []

/** Note that nothing of a file is left to do on the page. */
export const endUpload = (id: string): void => void ended.add(id)

/** Note that somebody goes on with a file that had ended. */
export const resumeUpload = (id: string): void => void ended.delete(id)

/** Remove the files of which nothing is left to do: their own pages show them. */
export function removeEnded(): void {
  if (uploads.some(({ id }) => ended.has(id))) set(uploads.filter(({ id }) => !ended.has(id)))
}
