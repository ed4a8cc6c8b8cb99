import { createStore, del, entries, get, set, update } from 'idb-keyval'

import type { KeptDraft } from './draft-columns'
import type { Edits } from './edits'

/** Typed work lies in the browser until the commit, so that a reload keeps it. */
const kept = createStore('headgate-edits', 'edits')
/** Uploads whose rows are committed after the check, with the dataset that was created for them. */
const commits = createStore('headgate-commits', 'commits')
/** Drafts of datasets by upload, each with those of the parts of its file. */
const drafts = createStore('headgate-drafts', 'drafts')
const nothing = () => undefined

export const keepEdits = (uploadId: string, edits: Edits): Promise<void> =>
  set(uploadId, edits, kept).catch(nothing)

export const keptEdits = (uploadId: string): Promise<Edits | undefined> =>
  get<Edits>(uploadId, kept).catch(nothing)

export const forgetEdits = async (uploadId: string): Promise<void> => {
  await Promise.all([del(uploadId, kept), del(uploadId, commits), del(uploadId, drafts)]).catch(nothing)
}

/** How many uploads of this browser have rows of a dataset, and are not committed yet. */
export const uploadsOf = async (dataset: string): Promise<number> => {
  const all = await entries<string, Edits>(kept).catch(() => [])
  return all.filter(([, edits]) => edits.dataset === dataset).length
}

export const keepCommit = (uploadId: string, dataset: string): Promise<void> =>
  set(uploadId, dataset, commits).catch(nothing)

export const keptCommit = (uploadId: string): Promise<string | undefined> =>
  get<string>(uploadId, commits).catch(nothing)

export const forgetCommit = (uploadId: string): Promise<void> => del(uploadId, commits).catch(nothing)

type DraftsOfParts = Record<string, KeptDraft>

export async function keepDraft(uploadId: string, part: string, draft: KeptDraft): Promise<void> {
  try {
    await update<DraftsOfParts>(uploadId, (before) => ({ ...before, [part]: draft }), drafts)
  } catch {
    // A browser without a store keeps nothing.
  }
}

export async function keptDraft(uploadId: string, part: string): Promise<KeptDraft | undefined> {
  try {
    return (await get<DraftsOfParts>(uploadId, drafts))?.[part]
  } catch {
    return undefined
  }
}
