import type { Schemas } from '../../api/client'
import { count, currencyOf, whole } from '../../api/format'
import { moment } from '../../formats/moments'
import { fileParts, heading } from '../../formats/words'
import { needOf } from '../work/need-of'

export interface FileTask {
  name: string
  text: string
  href: string
  label: string
  files: number
}

type File = Schemas['WaitingFile']

/** The dataset of a file; of one without, the folder that it came into. */
const datasetOf = ({ dataset, key }: File): string => dataset || (key.split('/')[0] ?? '')

/** Files by their content, the newest of each first: a file that was sent twice is one thing to do. */
export function byContent<T extends { file_id: string; content_sha256: string }>(files: T[]): T[][] {
  const same = new Map<string, T[]>()
  for (const file of files) {
    const content = file.content_sha256 || file.file_id
    same.set(content, [...(same.get(content) ?? []), file])
  }
  return [...same.values()]
}

/** How often a file was sent; empty for once. */
export const sentWords = (times: number): string =>
  times === 1 ? '' : times === 2 ? ', sent twice' : `, sent ${times} times`

/** The tasks of waiting files: one for each file, or for all files of a dataset that have rows to fix. */
export function fileTasks(waiting: File[]): FileTask[] {
  const tasks = new Map<string, File[]>()
  for (const file of waiting) {
    const name = file.state === 'done' ? datasetOf(file) : file.content_sha256 || file.file_id
    tasks.set(name, [...(tasks.get(name) ?? []), file])
  }
  const isAgain = (file: File) =>
    waiting.some((other) => other.key === file.key && byContent([other, file]).length > 1)
  return [...tasks.values()]
    .toSorted((one, other) => urgency(other) - urgency(one))
    .map((files) => taskOf(files, isAgain))
}

/** A file that no row of is in comes before rows that wait; of these the most rows come first. */
function urgency(files: File[]): number {
  const rows = files.reduce((total, file) => total + file.rows, 0)
  return files[0]?.state === 'done' ? rows : Number.MAX_SAFE_INTEGER
}

/** Things by an amount of theirs, the largest first; of equal ones in their order. */
export function byAmount<T extends { name: string; unit?: string }>(
  things: T[],
  amounts: Readonly<Record<string, number>>,
): T[] {
  const amountOf = ({ name }: T): number => amounts[name] ?? 0
  // Leaks are not weighed against money: a queue of another unit comes first while it has items.
  const isApart = (thing: T): boolean => Boolean(thing.unit && !currencyOf(thing.unit)) && amountOf(thing) > 0
  return things.toSorted(
    (one, other) => Number(isApart(other)) - Number(isApart(one)) || amountOf(other) - amountOf(one),
  )
}

/** The task of files; one of which the name was sent several times says when it arrived. */
function taskOf(files: File[], isAgain: (file: File) => boolean): FileTask {
  const [file] = files
  if (!file || (file.state === 'done' && files.length > 1)) return taskOfDataset(files)
  const own = isAgain(file) ? `${nameOf(file)} of ${moment(file.received_at)}` : nameOf(file)
  const name = `${own}${sentWords(files.length)}`
  return {
    name: file.key,
    text: `${name}: ${needOf(file)}`,
    href: `#/files/${encodeURIComponent(file.file_id)}`,
    label: file.state === 'done' ? 'Open the rows' : 'Open the file',
    files: files.length,
  }
}

/** Where files of no dataset arrive. */
const UPLOADS = 'uploads'

/** A file in words: its dataset, and its own name where a person gave it one. */
export function nameOf(file: Pick<File, 'key'>): string {
  const last = fileParts(file.key)[1]
  const [folder = ''] = file.key.split('/')
  if (/^part-\d+\./.test(last)) return heading(folder)
  return folder === UPLOADS || folder === last ? last : `${heading(folder)}, ${last}`
}

function taskOfDataset(files: File[]): FileTask {
  const sum = (of: (file: File) => number): number => files.reduce((total, file) => total + of(file), 0)
  const name = heading(files[0] ? datasetOf(files[0]) : '')
  const rows = sum((file) => file.rows)
  return {
    name,
    text: `${name}: ${count(rows, 'row')} ${rows === 1 ? 'waits' : 'wait'} for a correction, in ${count(files.length, 'file')} with ${whole(sum((file) => file.received))} rows.`,
    href: `#/work/files${files[0]?.dataset ? `?dataset=${encodeURIComponent(files[0].dataset)}` : ''}`,
    label: 'Open the files',
    files: files.length,
  }
}
