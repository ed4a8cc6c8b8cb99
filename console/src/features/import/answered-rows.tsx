import { Anchor, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { rowList } from './other-rows'

/** Says that the rows of a file come back corrected, and which refused rows they replace. */
export function AnsweredRows({ of }: { of: Schemas['DryRun']['answers'] }) {
  if (!of) return null
  return (
    <Text size="sm" role="note">
      These are refused rows of{' '}
      <Anchor inherit href={`#/files/${encodeURIComponent(of.file_id)}`}>
        {of.key}
      </Anchor>
      , sent back: they take the place of its {answeredWords(of.rows)}.
    </Text>
  )
}

/**
 * The numbers of rows that are answered.
 *
 * @example answeredWords([9, 20]) // 'rows 9 and 20'
 */
export const answeredWords = (rows: number[]): string =>
  `${rows.length === 1 ? 'row' : 'rows'} ${rowList(rows.toSorted((one, other) => one - other)).replace(/, (\S+)$/, ' and $1')}`
