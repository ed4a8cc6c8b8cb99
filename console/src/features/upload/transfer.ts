import { createSHA256 } from 'hash-wasm'

import { ApiProblem, ask, read, type Schemas } from '../../api/client'
import type { Kept } from './kept-files'
import { storageRefusal } from './storage-refusal'

const SLICE_BYTES = 4 * 1024 * 1024
const AT_ONCE = 3
const MOST_TRIES = 4
const POLL_MS = 1000
const FIRST_POLL_MS = 125
const path = encodeURIComponent
/** What the API says of types only, in words for the person who chose the file. */
const REFUSED: Record<string, string> = {
  'body.name string_too_long':
    'The file name has more than 200 characters. Rename the file, then choose it again.',
  'body.size_bytes greater_than_equal':
    'The file is empty (0 bytes), so that there is nothing to check. Export it again with its rows, and choose the new file.',
  'body.size_bytes less_than_equal': 'The file is too large for one upload. Split it into several files.',
}

/** A file that no second try can send: another file is needed. */
export class RefusedFileError extends Error {}

/** What an upload does now; `share` is 0..1. */
export interface Progress {
  step: 'hashing' | 'sending' | 'paused' | 'committing'
  share: number
}

/** Hashes of files that were read before: a second try does not read a file again. */
const hashes = new WeakMap<File, string>()

/** The SHA-256 of a file as hexadecimal text, read in slices once. */
export async function sha256(
  file: File,
  signal: AbortSignal,
  onShare: (share: number) => void,
): Promise<string> {
  const known = hashes.get(file)
  if (known !== undefined) return known
  const hash = await createSHA256()
  for (let at = 0; at < file.size; at += SLICE_BYTES) {
    signal.throwIfAborted()
    hash.update(new Uint8Array(await file.slice(at, at + SLICE_BYTES).arrayBuffer()))
    onShare(Math.min(1, (at + SLICE_BYTES) / file.size))
  }
  const digest = hash.digest('hex')
  hashes.set(file, digest)
  return digest
}

/** Begin or continue an upload, and send the parts that the store does not have. */
export async function send(
  kept: Kept,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<Schemas['Upload']> {
  const { file } = kept
  const digest = await sha256(file, signal, (share) => onProgress({ step: 'hashing', share }))
  let upload = await begin(kept, digest, signal)
  if (upload.state === 'committing') {
    onProgress({ step: 'committing', share: 1 })
    upload = await endOfCommit(upload.upload_id, signal)
    if (upload.state === 'committed') return upload
    upload = await begin(kept, digest, signal)
  }
  if (upload.state !== 'open') return upload
  await sendParts(upload, file, signal, onProgress)
  return read<Schemas['Upload']>(`/v1/uploads/${path(upload.upload_id)}/complete`, { method: 'POST', signal })
}

async function begin(
  { file, dataset, part = '' }: Kept,
  digest: string,
  signal: AbortSignal,
): Promise<Schemas['Upload']> {
  const body = { name: file.name, size_bytes: file.size, sha256: digest, dataset, part }
  try {
    return await read<Schemas['Upload']>('/v1/uploads', { method: 'POST', signal, body })
  } catch (error) {
    const broken = error instanceof ApiProblem ? error.parts : []
    const refused = broken.map((one) => REFUSED[`${one.where} ${one.rule}`]).find(Boolean)
    throw refused ? new RefusedFileError(refused) : error
  }
}

async function sendParts(
  upload: Schemas['Upload'],
  file: File,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  let cursor = ''
  let sent = 0
  do {
    const page = await read<Schemas['UploadParts']>(`/v1/uploads/${path(upload.upload_id)}/parts`, {
      query: { cursor },
      signal,
    })
    const missing = page.parts.filter((part) => !part.uploaded)
    sent += page.parts.filter((part) => part.uploaded).reduce((sum, part) => sum + part.size_bytes, 0)
    onProgress({ step: 'sending', share: sent / Math.max(1, file.size) })
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let part = missing.shift(); part; part = missing.shift()) {
        await sendPart(part, upload, file, signal)
        sent += part.size_bytes
        onProgress({ step: 'sending', share: sent / Math.max(1, file.size) })
      }
    })
    await Promise.all(workers)
    cursor = page.next_cursor
  } while (cursor)
}

async function sendPart(
  part: Schemas['UploadPart'],
  upload: Schemas['Upload'],
  file: File,
  signal: AbortSignal,
): Promise<void> {
  const from = (part.number - 1) * upload.part_size_bytes
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await fetch(part.url, {
        method: 'PUT',
        body: file.slice(from, from + part.size_bytes),
        signal,
      }).catch((error: unknown) => {
        throw signal.aborted
          ? error
          : new Error(storageRefusal(part.number, part.url, window.location.origin))
      })
      if (answer.ok) return
      if (attempt === MOST_TRIES)
        throw new Error(
          `Part ${part.number} was refused with status ${answer.status}. Start the upload again.`,
        )
    } catch (error) {
      if (signal.aborted || attempt === MOST_TRIES) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt))
  }
}

/** What the gate found in an upload, with the tag by which a commit names this check. */
export interface Checked {
  result: Schemas['DryRun']
  etag: string
}

/** Check the whole file without a trace in the lake, and wait for the answer. */
export async function dryRun(uploadId: string, signal: AbortSignal): Promise<Checked> {
  await read<Schemas['DryRun']>(`/v1/uploads/${path(uploadId)}/dry-run`, { method: 'POST', signal })
  return checked(`/v1/uploads/${path(uploadId)}`, signal)
}

/** Wait for the end of the check of an upload or of a file. */
export async function checked(of: string, signal?: AbortSignal): Promise<Checked> {
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(POLL_MS, 2 * pause)) {
    const { body, etag } = await ask<Schemas['DryRun']>(`${of}/dry-run`, { signal })
    if (body.error?.rule === 'check_died') throw new Error(body.error.message)
    if (body.state !== 'checking') return { result: body, etag }
    await new Promise((resolve) => setTimeout(resolve, pause))
    signal?.throwIfAborted()
  }
}

/** Commit the check that was read. If the answer is lost, the upload says whether the file was committed. */
export async function commit(uploadId: string, etag: string): Promise<Schemas['Upload']> {
  try {
    for (;;) {
      const upload = await read<Schemas['Upload']>(`/v1/uploads/${path(uploadId)}/commit`, {
        method: 'POST',
        headers: { 'if-match': etag },
      })
      // A file that is too large for one call is copied by several.
      if (upload.state !== 'committing') return upload
    }
  } catch (error) {
    const upload = await endOfCommit(uploadId).catch(() => undefined)
    if (upload?.state === 'committed') return upload
    throw error
  }
}

/** Wait for the end of a commit. The API takes one that died to be over after a minute: the upload is complete again. */
async function endOfCommit(uploadId: string, signal?: AbortSignal): Promise<Schemas['Upload']> {
  for (;;) {
    const upload = await read<Schemas['Upload']>(`/v1/uploads/${path(uploadId)}`, { signal })
    if (upload.state !== 'committing') return upload
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    signal?.throwIfAborted()
  }
}

export const abort = (uploadId: string): Promise<Schemas['Upload']> =>
  read<Schemas['Upload']>(`/v1/uploads/${path(uploadId)}`, { method: 'DELETE' })
