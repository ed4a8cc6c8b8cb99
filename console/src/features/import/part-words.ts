import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { words } from './column-header'

const WHOLE = '$'

/** The path of a list of records in words: `export.orders` is "export › orders". */
export const listWords = (path: string): string =>
  path === WHOLE ? 'the whole file' : path.replaceAll('.', ' › ')

/** A part of a file in words: the list `export.orders` of nested records is "export › orders · 25 records". */
export function partWords(part: string, rows: number | undefined, dataset = ''): string {
  if (rows === undefined) return part
  return [listWords(part), count(rows, 'record'), words(dataset)].filter(Boolean).join(' · ')
}

/** The lists inside the records that are read, which are parts of their own, with their paths in these records. */
export function innerLists({
  part,
  parts = [],
  part_rows: rows = {},
}: Pick<Schemas['DryRun'], 'part' | 'parts' | 'part_rows'>): { part: string; path: string }[] {
  const prefix = part === WHOLE ? '' : `${part}.`
  return parts
    .filter((name) => name !== part && rows[name] !== undefined && name.startsWith(prefix))
    .map((name) => ({ part: name, path: name.slice(prefix.length) }))
}

/**
 * The lists of records that are no dataset's and not in the lake yet: a commit of the records around them does not bring
 * them in as rows.
 */
export const listsWithoutDataset = (
  { offered_parts: offered, part_rows: rows = {} }: Pick<Schemas['DryRun'], 'offered_parts' | 'part_rows'>,
  committed: string[],
): string[] =>
  Object.keys(rows).filter(
    (name) => name !== WHOLE && !offered.includes(name) && !committed.includes(name) && (rows[name] ?? 0) > 0,
  )
