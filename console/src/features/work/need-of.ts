import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'

type File = Schemas['WaitingFile']

const WAITING: Partial<Record<File['state'], string>> = {
  needs_mapping: 'Its columns are not known. Say which column is which field.',
  rejected: 'The file was rejected. Its page says why.',
  failed: 'Its check failed before the end. The file is kept; its page says why.',
}

/** Why a person is needed for a file. */
export const needOf = ({ state, rows, received }: File): string =>
  WAITING[state] ??
  `${count(rows, 'row')} of ${whole(received)} ${rows === 1 ? 'waits' : 'wait'} for a correction.`
