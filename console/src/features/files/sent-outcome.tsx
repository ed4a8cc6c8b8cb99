import { Anchor, Group, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count, explained, whole } from '../../api/format'
import { FINAL_STATES, useFile } from './queries'
import { Undo } from './undo'
import { sameKeyWords } from './waiting-words'

type Sent = Schemas['CorrectionsSent']
type Decided = Pick<Schemas['FileDetail'], 'state' | 'accepted' | 'quarantined' | 'duplicates' | 'error'>
type Outcome = Pick<Schemas['RejectedRow'], 'corrected_by' | 'correction' | 'correction_reason'>

/** What became of the rows that were sent last, with the way back. */
export function SentOutcome({ sent, rows }: { sent: Sent; rows: Outcome[] }) {
  const file = useFile(sent.file_id, { expected: true }).data?.body
  const isDecided = file !== undefined && FINAL_STATES.has(file.state)
  return (
    <Group gap="sm" role="status">
      <Text fw={600} className="any-text">
        {sentOutcomeWords(sent, file, rows)}
      </Text>
      <Anchor size="sm" href={`#/files/${encodeURIComponent(sent.file_id)}`}>
        {sent.rows === 1 ? 'The correction' : 'These corrections'}
      </Anchor>
      {isDecided ? (
        <Undo file={file} what={sent.rows === 1 ? 'this correction' : 'these corrections'} />
      ) : null}
    </Group>
  )
}

/**
 * What became of rows that were sent.
 *
 * @example sentOutcomeWords(sent, file, rows) // '3 rows are in, 1 was refused: Price is below 0.'
 */
export function sentOutcomeWords(
  { file_id: id, rows: sent }: Sent,
  file: Decided | undefined,
  rows: Outcome[],
): string {
  if (!file || !FINAL_STATES.has(file.state))
    return `${count(sent, 'row')} ${sent === 1 ? 'is' : 'are'} sent. The gate checks ${sent === 1 ? 'it' : 'them'}.`
  if (file.state === 'reverted') return 'The corrections were undone.'
  if (file.state !== 'done') return file.error ? explained(file.error) : 'No row of the corrections is in.'
  const { accepted, quarantined, duplicates } = file
  const refused = rows.filter((row) => row.corrected_by === id && row.correction === 'refused')
  const reasons = [...new Set(refused.map((row) => row.correction_reason).filter(Boolean))]
  const parts = [
    accepted > 0 ? `${count(accepted, 'row')} ${accepted === 1 ? 'is' : 'are'} in` : '',
    quarantined > 0
      ? `${accepted > 0 ? whole(quarantined) : count(quarantined, 'row')} ${quarantined === 1 ? 'was' : 'were'} refused`
      : '',
    duplicates > 0 ? sameKeyWords(duplicates) : '',
  ].filter(Boolean)
  return `${parts.join(', ')}${reasons.length > 0 ? `: ${reasons.join(' ')}` : '.'}`
}
