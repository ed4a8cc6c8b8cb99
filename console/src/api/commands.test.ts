import { expect, test } from 'vitest'

import { fileShownBy, partsOf, runShownBy, startsARun } from './commands'

test('no word of a text is lost, and its commands are parts of their own', () => {
  const text =
    'Fix the cause; `headgate run --only SYSTEM` builds one. `headgate logs` shows more; a `column` stays.'
  const parts = partsOf(text)
  expect(parts.filter((part) => part.isCommand).map((part) => part.text)).toEqual([
    'headgate run --only SYSTEM',
    'headgate logs',
  ])
  expect(parts.map((part) => (part.isCommand ? `\`${part.text}\`` : part.text)).join('')).toBe(text)
})

test('a page or a button replaces the commands that do the same, and no other', () => {
  expect(runShownBy('headgate runs show cli-1')).toBe('cli-1')
  expect(runShownBy('headgate files show a.csv')).toBe('')
  expect(startsARun('headgate run')).toBe(true)
  expect(startsARun('headgate run --only SYSTEM')).toBe(false)
})

test('a command that shows a file names its key, quoted or not', () => {
  expect(fileShownBy('headgate files show payments/today.csv')).toBe('payments/today.csv')
  expect(fileShownBy("headgate files show 'payments/to day.csv'")).toBe('payments/to day.csv')
  expect(fileShownBy('headgate run')).toBe('')
})
