import { expect, test } from 'vitest'

import { deedOf, isForDeployers, partsOf, withoutRoutes } from './commands'

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

test('a page or a button replaces the commands that do the same', () => {
  expect(deedOf('headgate run')).toEqual({ only: '' })
  expect(deedOf('headgate run --only own-models')).toEqual({ only: 'own-models' })
  expect(deedOf('headgate run --full')).toEqual({ only: '', isFull: true })
  expect(deedOf('headgate run --only SYSTEM')).toMatchObject({ words: 'the page of the run' })
  expect(deedOf('headgate logs --minutes 60')).toMatchObject({ words: 'the log on the page of the run' })
  expect(deedOf('headgate contract init --raw a/b.csv')).toMatchObject({ href: '#/files?key=a%2Fb.csv' })
  expect(deedOf('headgate runs show cli-1')).toMatchObject({ href: '#/runs/cli-1' })
  expect(deedOf("headgate files show 'payments/to day.csv'")).toMatchObject({
    href: '#/files?key=payments%2Fto%20day.csv',
  })
  expect(deedOf('headgate quarantine replay 1 2')).toMatchObject({ href: '#/work/files' })
  expect(deedOf('headgate query "select 1"')).toMatchObject({ href: '#/query?sql=select%201' })
})

test('a command of who deploys the lake stays one', () => {
  for (const command of ['push --list', 'export login', 'tables versions sales_forecast']) {
    expect(deedOf(`headgate ${command}`)).toBeUndefined()
    expect(isForDeployers(`headgate ${command}`)).toBe(true)
  }
})

test('routes are for programs: a text on a page names none', () => {
  expect(withoutRoutes('There is no run of that name. GET /v1/runs lists the newest runs.')).toBe(
    'There is no run of that name.',
  )
  expect(withoutRoutes('No run has merged the lake yet. POST /v1/runs starts one.')).toBe(
    'No run has merged the lake yet. Start one on the page Runs.',
  )
  expect(withoutRoutes('It ends at 3.5; wait.')).toBe('It ends at 3.5; wait.')
})

test('a message names no command that only a terminal runs', () => {
  const messages = [
    'The cursor does not belong to this list. Start again without `cursor`.',
    'It has more than 64 MiB. Ask an operator to run `headgate quarantine replay 1f 2f`.',
    'A query only reads; tables change through `headgate upload` and `headgate run`.',
  ]
  expect(messages.map(withoutRoutes)).toEqual([
    'The cursor does not belong to this list. Reload the page.',
    'It has more than 64 MiB. Ask an operator to take the undo back.',
    'A query only reads; tables change through uploads and runs.',
  ])
})
