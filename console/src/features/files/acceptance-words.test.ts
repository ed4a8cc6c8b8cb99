import { expect, test } from 'vitest'

import { acceptanceTitle, fileState, listedState, mayCommit } from './acceptance-words'

const LOST = { state: 'checked', outcome: 'done', received: 62, accepted: 0, quarantined: 62 } as const

test('a file of which no row is accepted is never done, and is not committed without a correction', () => {
  const nothing = { ...LOST, acceptance: 'nothing_accepted' } as const
  expect(acceptanceTitle(nothing)).toBe('No row is accepted: all 62 rows are refused')
  expect(acceptanceTitle({ ...nothing, received: 1, quarantined: 1 })).toBe('The only row is refused')
  expect(fileState({ state: 'done', acceptance: 'nothing_accepted' })).toBe('nothing_accepted')
  expect(mayCommit(nothing)).toBe(false)
})

test('a file that lost many rows says how many, and may be committed', () => {
  const many = { ...LOST, quarantined: 37, acceptance: 'many_refused' } as const
  expect(acceptanceTitle(many)).toBe('37 of 62 rows are refused')
  expect(fileState({ state: 'done', acceptance: 'many_refused' })).toBe('many_refused')
  expect(mayCommit(many)).toBe(true)
})

test('what is left of many refused rows counts once a person has begun with them', () => {
  const begun = { ...LOST, quarantined: 37, acceptance: 'many_refused', corrected: 30, ignored: 4 } as const
  expect(acceptanceTitle(begun)).toBe('Of 62 rows 37 refused: 30 corrected, 3 wait, 4 ignored')
  expect(acceptanceTitle({ ...begun, corrected: 33 })).toBe('')
  const file = { key: 'a/b.csv', state: 'done', before_undo: null, closed_by: '' } as const
  expect(listedState({ ...file, ...begun, state: 'done' })).toEqual({
    state: 'rows_refused',
    label: '3 rows wait',
  })
  expect(listedState({ ...file, ...begun, state: 'done', corrected: 33 }).label).toBe(
    'done, 33 corrected, 4 ignored',
  )
})

test('a file that is too large for a check may be committed, and one whose check failed may not', () => {
  const failed = (rule: string) =>
    ({
      state: 'failed',
      outcome: null,
      acceptance: null,
      error: { rule, message: '', remedy: '', column: '' },
    }) as const
  expect([mayCommit(failed('too_large')), mayCommit(failed('ServiceError'))]).toEqual([true, false])
})

test('a good file keeps its state, and a rejected one is not committed', () => {
  expect(acceptanceTitle({ ...LOST, acceptance: 'ok' })).toBe('')
  expect(fileState({ state: 'done', acceptance: 'ok' })).toBe('done')
  expect(fileState({ state: 'needs_mapping', acceptance: null })).toBe('needs_mapping')
  expect(mayCommit({ ...LOST, outcome: 'rejected', acceptance: null })).toBe(false)
})

test('a list shows no file with refused rows as done alone, and does not claim that they wait', () => {
  const file = {
    key: 'payments/today.csv',
    state: 'done',
    acceptance: 'ok',
    quarantined: 1834,
    corrected: 0,
    ignored: 0,
    closed_by: '',
  } as const
  expect(listedState(file)).toEqual({ state: 'rows_refused', label: '1,834 rows wait' })
  expect(listedState(file, true)).toEqual({ state: 'rows_refused', label: 'rows wait' })
  expect(listedState({ ...file, corrected: 1830 }).label).toBe('4 rows wait')
  expect(listedState({ ...file, corrected: 1834 })).toEqual({ state: 'done', label: 'done, 1,834 corrected' })
  expect(listedState({ ...file, corrected: 1830, ignored: 4 }).label).toBe('done, 1,830 corrected, 4 ignored')
  expect(listedState({ ...file, quarantined: 0 })).toEqual({ state: 'done', label: 'done' })
  expect(listedState({ ...file, acceptance: 'many_refused' }).label).toBe('many refused')
  expect(listedState({ ...file, state: 'reverted', acceptance: null }).label).toBe('undone')
  const rows = { received: 63, accepted: 56, quarantined: 4, duplicates: 3 }
  expect(listedState({ ...file, state: 'reverted', acceptance: null, before_undo: rows }).label).toBe(
    'undone, had 56 accepted',
  )
})

test('rows of a file that a later version replaces wait for nobody', () => {
  const file = {
    key: 'payments/today.csv',
    state: 'done' as const,
    acceptance: 'ok' as const,
    quarantined: 2,
    corrected: 0,
    ignored: 0,
    before_undo: null,
    closed_by: 'f2',
  }
  expect(listedState(file)).toEqual({ state: 'done', label: 'a later version came' })
  expect(listedState({ ...file, closed_by: '' }).label).toBe('2 rows wait')
})

test('a correction that was refused waits in its file, and not in its own', () => {
  const correction = {
    key: 'payments/corrections/abc-def.csv',
    state: 'done' as const,
    acceptance: 'ok' as const,
    quarantined: 1,
    corrected: 0,
    ignored: 0,
    before_undo: null,
    closed_by: '',
  }
  expect(listedState(correction)).toEqual({ state: 'rows_refused', label: '1 correction refused' })
  expect(listedState({ ...correction, acceptance: 'nothing_accepted' })).toEqual(listedState(correction))
  expect(listedState({ ...correction, key: 'payments/today.csv' }).label).toBe('1 row waits')
  const again = { ...correction, quarantined: 3, corrected: 2 }
  expect(listedState(again).label).toBe('1 correction refused')
  expect(listedState({ ...again, corrected: 3 })).toEqual({
    state: 'done',
    label: 'done, corrected again since',
  })
  expect(listedState({ ...again, corrected: 3 }, true)).toEqual({ state: 'done', label: 'done' })
})
