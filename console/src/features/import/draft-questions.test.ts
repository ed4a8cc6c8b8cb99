import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { draftColumns, edited, stepsOf, unitOfKeys } from './draft-columns'
import { answerWords, askedTogether, KEEP_AS_TEXT, withAnswer } from './draft-questions'

const property = (name: string, physicalType: string, format: string) => ({
  name,
  physicalType,
  logicalType: physicalType.toLowerCase(),
  logicalTypeOptions: { format },
})
const question = (column: string, type: string, ...patterns: string[]): Schemas['DraftQuestion'] => ({
  column,
  words: [],
  rows: 0,
  values: 0,
  answers: patterns.map((answer) => ({ answer, property: property(column, type, answer), waiting: 0 })),
})
const QUESTIONS = [
  question('sent', 'TIMESTAMP', 'dd/MM/yyyy H:mm', 'MM/dd/yyyy H:mm'),
  question('invoiced', 'DATE', 'dd/MM/yy', 'MM/dd/yy'),
  question('amount', 'DECIMAL(9,2)', '1.234', '1234.5'),
]
const DOCUMENT = {
  id: 'headgate.source.parcels',
  name: 'parcels',
  schema: [
    {
      name: 'parcels',
      properties: ['sent', 'invoiced', 'amount'].map((name) => ({
        name,
        physicalType: 'VARCHAR(20)',
        logicalType: 'string',
      })),
    },
  ],
}

test('dates of several columns are asked about once, in words', () => {
  expect(askedTogether(QUESTIONS)).toEqual([
    {
      columns: ['sent', 'invoiced'],
      answers: [
        { value: 'd', label: 'day first, as in 31/12/2026' },
        { value: 'M', label: 'month first, as in 12/31/2026' },
      ],
      note: 'The values fit each of these.',
    },
    {
      columns: ['amount'],
      answers: [
        { value: '1.234', label: 'written as 1.234' },
        { value: '1234.5', label: 'written as 1234.5' },
      ],
      note: 'The values fit each of these.',
    },
  ])
  expect(answerWords('M/d/yy')).toBe('month first, as in 12/31/26')
})

test('a few words among numbers are empty, or their rows wait, or the column stays text', () => {
  const words = {
    ...question('amount', 'DECIMAL(9,2)', 'empty', 'wait'),
    words: ['auf Anfrage'],
    rows: 3,
  }
  const drafted = draftColumns(DOCUMENT)
  const [asked] = askedTogether([words])
  if (!asked) throw new Error('nothing is asked')
  expect(asked.note).toBe('3 rows have “auf Anfrage”; all other values are numbers.')
  expect(asked.answers.map(({ label }) => label)).toEqual([
    'take “auf Anfrage” as empty',
    'take “auf Anfrage” as 0',
    'let its 3 rows wait for a person',
  ])
  const typed = withAnswer(drafted, drafted, [words], asked, 'empty')
  expect(typed.map(({ type }) => type)).toEqual(['VARCHAR(20)', 'VARCHAR(20)', 'DECIMAL(9,2)'])
  expect(withAnswer(typed, drafted, [words], asked, KEEP_AS_TEXT)[2]?.type).toBe('VARCHAR(20)')
})

test('a column whose words are taken as empty is not always filled, until that is taken back', () => {
  const words = {
    ...question('amount', 'DECIMAL(9,2)', 'empty', 'wait', 'text'),
    words: ['free'],
    rows: 1,
  }
  const drafted = draftColumns(DOCUMENT).map((column) => ({ ...column, required: true }))
  const [asked] = askedTogether([words])
  if (!asked) throw new Error('nothing is asked')
  const isFilled = (columns: typeof drafted) => columns.map(({ required }) => required)
  const empty = withAnswer(drafted, drafted, [words], asked, 'empty')
  expect(isFilled(empty)).toEqual([true, true, false])
  expect(isFilled(withAnswer(empty, drafted, [words], asked, 'wait'))).toEqual([true, true, true])
  expect(isFilled(withAnswer(empty, drafted, [words], asked, KEEP_AS_TEXT))).toEqual([true, true, true])
  const unticked = drafted.map((column) => ({ ...column, required: false }))
  expect(isFilled(withAnswer(unticked, drafted, [words], asked, 'wait'))).toEqual([false, false, false])
})

test('words that mean 0 are mapped to it in the file', () => {
  const words = { ...question('amount', 'DECIMAL(9,2)', 'empty', 'wait'), words: ['free', 'gratis'], rows: 3 }
  const drafted = draftColumns(DOCUMENT)
  const [asked] = askedTogether([words])
  if (!asked) throw new Error('nothing is asked')
  const inFile = ['Sent', 'Invoiced', 'Amount']
  const typed = withAnswer(drafted, drafted, [words], asked, 'zero')
  expect(typed[2]?.type).toBe('DECIMAL(9,2)')
  expect(stepsOf(typed, inFile)).toEqual([
    { kind: 'map', column: 'Amount', text: '', search: '', values: { free: '0', gratis: '0' }, into: [] },
  ])
  for (const other of ['empty', 'wait', KEEP_AS_TEXT])
    expect(stepsOf(withAnswer(typed, drafted, [words], asked, other), inFile)).toEqual([])
})

test('a percentage that is 0 has its sign', () => {
  const [column] = draftColumns(DOCUMENT)
  if (!column) throw new Error('no column')
  const format = { property: 'headgate.format', value: { percent: 'points' } }
  const rate = { ...column, zeros: ['none'], answered: { name: 'rate', customProperties: [format] } }
  expect(stepsOf([rate], ['Rate'])[0]?.values).toEqual({ none: '0%' })
})

test('an answer gives the columns their types and formats, and can be taken back', () => {
  const drafted = draftColumns(DOCUMENT)
  const [dates] = askedTogether(QUESTIONS)
  if (!dates) throw new Error('nothing is asked')
  const columns = withAnswer(drafted, drafted, QUESTIONS, dates, 'd')
  expect(columns.map(({ type }) => type)).toEqual(['TIMESTAMP', 'DATE', 'VARCHAR(20)'])
  const about = { name: 'parcels', description: '', timeZone: 'UTC', inFile: [] }
  const [table] = edited(DOCUMENT, about, columns).schema as typeof DOCUMENT.schema
  expect(table?.properties.slice(0, 2)).toEqual([
    property('sent', 'TIMESTAMP', 'dd/MM/yyyy H:mm'),
    property('invoiced', 'DATE', 'dd/MM/yy'),
  ])
  expect(withAnswer(columns, drafted, QUESTIONS, dates, KEEP_AS_TEXT)).toEqual(drafted)
})

test('numbers with a decimal point or comma are read each by itself, with the rows that wait', () => {
  const question = {
    column: 'umsatz',
    answers: [{ answer: '1.234,5|1,234.5', property: {}, waiting: 3 }],
    values: 240,
  }
  expect(askedTogether([question])).toEqual([
    {
      columns: ['umsatz'],
      answers: [
        {
          value: '1.234,5|1,234.5',
          label: 'as numbers, each by itself: 1.234,5 or 1,234.5 (3 rows wait)',
        },
      ],
      note: '237 of 240 values are numbers, some with a decimal point and some with a decimal comma. As text, they have no sum.',
    },
  ])
})

test('an answer about durations says which parts they have, and their unit is seconds', () => {
  expect(answerWords('h:mm')).toBe('durations, written as hours:minutes')
  expect(unitOfKeys({ duration: 'm:ss' })).toBe('s')
})
