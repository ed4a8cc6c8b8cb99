import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { words } from './column-header'

/** Whether nothing can be read of a file, as of a picture or a letter, so that no decision about its rows helps. */
export const isUnreadable = ({ outcome, grid, columns }: Schemas['DryRun']): boolean =>
  outcome === 'rejected' && !grid && columns.length === 0

const AS_UTF8 = 'in Excel, save it as “CSV UTF-8” or as a workbook (.xlsx), and send that file'

/** What the sender of a file does, where the remedy of the gate is for whoever writes a contract. */
const REMEDIES: Readonly<Record<string, string>> = {
  unclosed_quote: 'close the quote, or write it twice where it belongs to the text, and send the file again',
  unknown_encoding: AS_UTF8,
  mixed_encoding: 'have each line read in its own encoding, or send the file in one encoding, best in UTF-8',
}

const WORKBOOK = /\.(xlsx|xlsm|ods)$/i

/** An error of a file in the words of its sender, who writes no contract: a workbook is a zip archive for programs only. */
export function inWordsOf(name: string, error: NonNullable<Schemas['DryRun']['error']>): typeof error {
  const own = REMEDIES[error.rule ?? '']
  if (own) return { ...error, remedy: own }
  if (error.rule !== 'corrupt_archive' || !WORKBOOK.test(name)) return error
  const remedy = 'open it in your spreadsheet program, save it again, and send that file'
  return { ...error, message: error.message.replace('zip archive', 'workbook'), remedy }
}

/** Reasons with a way out beside their sentence in the import panel. */
const WITH_WAYS_OUT = ['type', 'mixed_encoding']

/** Whether the page above the rows says the reason of a check already. */
export const isSaidAbove = (
  { rule, message }: Schemas['FileError'],
  said: Schemas['FileError'] | null | undefined,
): boolean => said?.rule === rule && said.message === message && !WITH_WAYS_OUT.includes(rule)

/** What the profile is of: the fields that a commit fills, of which a file may have fewer columns. */
export const profileWords = ({ columns, outcome, dataset }: Schemas['DryRun']): string =>
  outcome === 'done' && dataset
    ? `Profile of ${count(columns.length, 'field')} of ${words(dataset)}`
    : `Profile of ${count(columns.length, 'column')}`
