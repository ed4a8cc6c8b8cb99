import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { acknowledgement, alertItems, type RaisedAlert } from './alerts'

const ITEM = 'late_files 3 files are late.'
const ALERT = {
  board: { system: 'a', panels: [], queues: [] } as unknown as Schemas['Dashboard'],
  rule: { name: 'late_files', remedy: 'Ask for them.', panel: 'late' } as Schemas['DashboardAlert'],
  item: ITEM,
  message: '3 files are late.',
  ids: [{ name: 'file_id', value: '7' }],
} satisfies RaisedAlert

const decided = (action: string, item_id = ITEM) =>
  ({ decision_id: action, action, item_id, note: '', assignee: '', decided_by: 'ann' }) as Schemas['Decision']

test('an acknowledged alert is done, with who acknowledged it, and open again after an undo', () => {
  expect(alertItems([ALERT], [])[0]).toMatchObject({
    closedBy: '',
    reason: '3 files are late. Ask for them.',
    details: [{ name: 'file_id', value: '7' }],
  })
  const [done] = alertItems([ALERT], [decided('acknowledge')])
  expect(done).toMatchObject({
    closedBy: 'acknowledge',
    subject: 'Late files',
    history: [{ decided_by: 'ann' }],
  })
  expect(alertItems([ALERT], [decided('reopen'), decided('acknowledge')])[0]?.closedBy).toBe('')
})

test('a message that begins with the name of its rule does not repeat it', () => {
  const message = 'Late files of today: 3, of which one is large.'
  const [item] = alertItems([{ ...ALERT, message }], [])
  expect([item?.subject, item?.reason]).toEqual([
    'Late files',
    'Of today: 3, of which one is large. Ask for them.',
  ])
})

test('a note leaves an acknowledged alert acknowledged', () => {
  expect(acknowledgement(ITEM, [decided('note'), decided('acknowledge')])?.decided_by).toBe('ann')
})

test('acknowledged alerts of earlier values stay in the list of those that are done', () => {
  const earlier = 'late_files 2 files are late.'
  const items = alertItems([ALERT], [decided('acknowledge', earlier), decided('note', 'late_files 1 file')])
  expect(items.map(({ id, closedBy }) => [id, closedBy])).toEqual([
    [ITEM, ''],
    [earlier, 'acknowledge'],
  ])
  expect(items[1]?.reason).toBe('2 files are late.')
})
