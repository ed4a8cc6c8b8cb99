import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { words } from './column-header'

/** Whether nothing can be read of a file, as of a picture or a letter, so that no decision about its rows helps. */
export const isUnreadable = ({ outcome, grid, columns }: Schemas['DryRun']): boolean =>
  outcome === 'rejected' && !grid && columns.length === 0

const WORKBOOK = /\.(xlsx|xlsm|ods)$/i

/** An error of a file in the words of its sender: a workbook is a zip archive for programs only. */
export function inWordsOf(name: string, error: NonNullable<Schemas['DryRun']['error']>): typeof error {
  if (error.rule !== 'corrupt_archive' || !WORKBOOK.test(name)) return error
  const remedy = 'open it in your spreadsheet program, save it again, and send that file'
  return { ...error, message: error.message.replace('zip archive', 'workbook'), remedy }
}

/** What the profile is of: the fields that a commit fills, of which a file may have fewer columns. */
export const profileWords = ({ columns, outcome, dataset }: Schemas['DryRun']): string =>
  outcome === 'done' && dataset
    ? `Profile of ${count(columns.length, 'field')} of ${words(dataset)}`
    : `Profile of ${count(columns.length, 'column')}`
