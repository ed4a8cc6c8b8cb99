import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { moment } from '../../formats/moments'
import { testColumn, testTable } from '../../formats/test-tables'
import {
  firstPlaces,
  hasAllWords,
  idIn,
  isAnId,
  matching,
  mayNameMember,
  placesOfFiles,
  placesOfItems,
  placesOfMembers,
  placesOfNames,
  placesOfRows,
  places,
  START_RUN,
  statementOfNames,
  statementOfRows,
  SWITCH_COLOURS,
} from './search-results'

const ALL = places({
  contracts: [
    { zone: 'source', name: 'order_items', id: '', version: '', system: '', description: '', columns: 1 },
    { zone: 'prod', name: 'totals', id: '', version: '', system: 'own', description: '', columns: 1 },
  ],
  systems: [{ name: 'own', tables: [{ name: 'totals', description: '', columns: 1 }], questions: [] }],
  questions: [
    {
      name: 'best',
      system: 'own',
      description: 'Which order was best?',
      sql: ' SELECT 1\n',
      found_by: [],
      parameters: [],
    },
  ],
  boards: [],
  runs: [],
})

const EMPTY_LAKE = { contracts: [], systems: [], questions: [], boards: [], runs: [] }

test('datasets, tables, questions and pages are found by their words', () => {
  expect(matching(ALL, 'order items').map((place) => place.href)).toEqual(['#/datasets/order_items'])
  expect(matching(ALL, 'totals table').map((place) => place.href)).toEqual(['#/tables/own/totals'])
  expect(matching(ALL, 'best')[0]?.href).toBe('#/query?question=best')
  expect(matching(ALL, 'nothing like it')).toEqual([])
})

test('a title that begins with the words comes first', () => {
  expect(matching(ALL, 'order').map((place) => place.kind)).toEqual(['dataset', 'question'])
})

test('a word that is spelt nearly right finds what it means, and one that is not finds nothing', () => {
  expect(matching(ALL, 'totalls')).toEqual(matching(ALL, 'totals'))
  expect(matching(ALL, 'qestion')).toEqual(matching(ALL, 'question'))
  expect(matching(ALL, 'zebra')).toEqual([])
})

test('a question comes before the columns of its words, and columns of one heading are one', () => {
  const columns = ['region', 'region_id'].map((name) => testColumn(name, { label: 'Region' }))
  const tables = [testTable('pulse', columns, { system: 'own' })]
  const board = {
    system: 'own',
    title: 'Own',
    queues: [],
    panels: [
      { name: 'act', table: 'pulse', question: 'Which region needs an action?', answer: '', x: '', y: [] },
    ],
  } as unknown as Schemas['Dashboard']
  const all = places({ contracts: [], systems: [], questions: [], boards: [board], runs: [], tables })
  expect(matching(all, 'which region').map(({ title }) => title)).toEqual([
    'Which region needs an action?',
    'Region',
  ])
})

test('the number of an order is an id, and a word or a part of a number is none', () => {
  expect(['536009', 'C524235', 'inv-2010'].map(isAnId)).toEqual([true, true, true])
  expect(['kitchen', '536', 'order 536009'].map(isAnId)).toEqual([false, false, false])
})

test('a year, a date and a number that the API refuses are no ids', () => {
  const dates = ['2026', '2026-11', '2026-11-28', '28-11-2026', '20261128', '2026-Q4', '2026W48']
  expect(dates.filter(isAnId)).toEqual([])
  const refused = ['4111111111111111', '4111-1111-1111-1111', '411111111111', '078-05-1120']
  expect(refused.filter(isAnId)).toEqual([])
  const ids = ['2126', '20269', '12345678901', '536-009-1120', 'A4111111111111111']
  expect(ids.filter(isAnId)).toEqual(ids)
})

test('a model card is found by its title, its table and its own name', () => {
  const models = [{ name: 'leaving', system: 'own', tables: ['guest_risk', 'guest_reasons'], quality: '' }]
  const all = places({ ...EMPTY_LAKE, models })
  const card = ['Model card: Guest risk', '#/models/leaving']
  for (const typed of ['model card', 'guest risk', 'guest reasons', 'leaving', 'how is guest risk predicted'])
    expect(matching(all, typed).map(({ title, href }) => [title, href])).toEqual([card])
})

test('an action is found by its words, and starting a run by those who may', () => {
  expect(['cost', 'undo'].map((typed) => matching(ALL, typed)[0]?.href)).toEqual(['#/lake', '#/lake'])
  expect(matching(ALL, 'upload file').map((place) => place.href)).toEqual(['#/upload'])
  expect(matching(ALL, 'start run')).toEqual([])
  expect(matching(places({ ...EMPTY_LAKE, mayRun: true }), 'retry')[0]?.href).toBe('#/')
  expect(matching(places({ ...EMPTY_LAKE, mayRun: true }), 'start run')).toEqual([START_RUN])
})

test('the last run, rows in quarantine and an export are found by the words that people have for them', () => {
  const runs = ['run-2', 'run-1'].map((name) => ({ name }) as Schemas['RunSummary'])
  const all = places({ ...EMPTY_LAKE, runs })
  const first = (typed: string) => matching(all, typed)[0]?.href
  expect(['last run', 'quarantine', 'export', 'export excel'].map(first)).toEqual([
    '#/runs/run-2',
    '#/work/files',
    '#/query',
    '#/query',
  ])
})

test('a member of what a dashboard filters by leads to the page with that filter', () => {
  const filter = { name: 'region', label: 'Region', column: 'region_id' }
  const members = placesOfMembers({ system: 'pulse', title: 'Regions' }, filter, ['IE', 'DE'])
  expect(matching(members, 'ireland')).toEqual([
    {
      kind: 'region, Regions',
      title: 'Ireland',
      words: 'IE eire',
      context: '',
      href: '#/dashboards/pulse?region=IE',
    },
  ])
  expect(matching(members, 'region de').map(({ title }) => title)).toContain('Germany')
})

test('a file leads to its newest page, and says how many were sent under its name', () => {
  const files = ['10:21:00', '10:23:00'].map((time, at) => ({
    file_id: `f${at}`,
    key: 'orders/today.csv',
    received_at: `2020-11-30T${time}`,
  }))
  const [first] = files
  expect(placesOfFiles(files).map(({ kind, href }) => [kind, href])).toEqual([
    [`file of ${moment('2020-11-30T10:23:00')}, the newest of 2`, '#/files/f1'],
  ])
  expect(placesOfFiles(first ? [first] : []).map(({ kind }) => kind)).toEqual([
    `file of ${moment('2020-11-30T10:21:00')}`,
  ])
})

test('a file with exactly the typed letters comes before what is spelt alike', () => {
  const files = placesOfFiles([
    { file_id: 'f', key: 'uploads/kantine_buchungen.csv', received_at: '2020-11-30T10:21:00' },
  ])
  const places = [{ kind: 'question', title: 'Which rows were quarantined?', href: '#/q' }, ...files]
  expect(matching(places, 'kantine').map(({ title }) => title)).toEqual(['uploads/kantine_buchungen.csv'])
})

const dataset = (name: string, key: string, type: string, references = '') =>
  testTable(name, [testColumn(key, { type, primary_key: true }), testColumn('of', { type, references })])
const DATASETS = [
  dataset('products', 'product_id', 'string'),
  dataset('orders', 'order_id', 'string', 'customers.customer_id'),
  dataset('lines', 'line_id', 'string', 'orders.order_id'),
  dataset('customers', 'customer_id', 'bigint'),
  dataset('days', 'day', 'date'),
]
test('an id is found beside words without digits, and no part of a longer number is one', () => {
  expect(['order 536009', 'article 85123A', '536009', ' order  536009 '].map(idIn)).toEqual([
    '536009',
    '85123A',
    '536009',
    '536009',
  ])
  const others = ['kitchen', 'order 4111 1111 1111 1111', '078 05 1120', 'from 2026-11-28', 'order 12']
  expect(others.map(idIn)).toEqual(others.map(() => ''))
})

const titles = (typed: string): string[] => placesOfRows(DATASETS, typed).map(({ title }) => title)

test('an id leads to the row of each dataset whose only key may have it, those with further rows first', () => {
  expect(titles('536009')).toEqual(['Order 536009', 'Customer 536009', 'Product 536009', 'Line 536009'])
  expect(titles('C534845')).toEqual(['Order C534845', 'Product C534845', 'Line C534845'])
  expect(placesOfRows(DATASETS, '536009')[0]?.href).toBe('#/rows/orders/536009')
  expect(titles('sales of May')).toEqual([])
  expect(titles("1' OR 1")).toEqual([])
})

test('one statement asks which of these rows there are', () => {
  expect(statementOfRows(DATASETS.slice(2), '7')).toBe(
    "SELECT 'lines' AS dataset FROM curated.lines WHERE \"line_id\" = '7'\nUNION ALL\n" +
      'SELECT \'customers\' AS dataset FROM curated.customers WHERE "customer_id" = 7',
  )
  expect(statementOfRows(DATASETS, 'sales of May')).toBe('')
})

test('words of a question need not be in a title, and colours are changed by their words', () => {
  expect(matching(ALL, 'where upload file?').map((place) => place.href)).toEqual(['#/upload'])
  const calls = { kind: 'queue', title: 'Customers to call', href: '#/work/calls' }
  expect(matching([calls], 'whom to call')).toEqual([calls])
  expect(matching(ALL, 'dark')).toEqual([SWITCH_COLOURS])
  expect(matching(ALL, 'dark mode')).toEqual([SWITCH_COLOURS])
})

test('an item of a work queue is found by its subject, and opens the queue', () => {
  const queue = { name: 'searches', title: 'Searches in vain' }
  const columns = [{ name: 'item_id' }, { name: 'subject' }]
  const items = placesOfItems(queue, {
    columns,
    rows: [
      ['1', 'vinyl record'],
      ['2', 'mug'],
    ],
  })
  expect(matching(items, 'vinyl record')).toEqual([
    { kind: 'in the queue Searches in vain', title: 'vinyl record', href: '#/work/searches' },
  ])
})

test('a dashboard and its queue are found by their topics, and a panel by the words of its answer', () => {
  const board = {
    system: 'own',
    title: 'Guests',
    queues: [{ name: 'to_call', title: 'Guests to call', table: 'churn_risk', value_label: 'at stake' }],
    panels: [
      {
        name: 'next_month',
        table: 'churn_risk',
        question: 'What is ahead?',
        answer: 'Expected revenue in the {periods} months',
        x: '',
        y: [],
      },
    ],
  } as unknown as Schemas['Dashboard']
  const all = places({ contracts: [], systems: [], questions: [], boards: [board], runs: [] })
  expect(matching(all, 'churn').map(({ href }) => href)).toEqual([
    '#/dashboards/own',
    '#/work/to_call',
    '#/dashboards/own?panel=next_month',
  ])
  expect(matching(all, 'revenue by month')[0]?.title).toBe('What is ahead?')
  expect(matching(all, 'revenue by month and region')[0]?.title).toBe('What is ahead?')
  expect(matching(all, 'revenue of kitchens').map(({ title }) => title)).toEqual(['What is ahead?'])
  expect(matching(all, 'kitchens')).toEqual([])
})

test('where nothing has all words, tables, columns and panels are found by each of them', () => {
  const table = testTable('history', [testColumn('revenue', { description: 'Net revenue of a period' })], {
    system: 'own',
  })
  const ofTable = places({ ...EMPTY_LAKE, tables: [table] })
  const column = {
    kind: 'column of the table History',
    title: 'Revenue',
    href: '#/tables/own/history?column=revenue',
    words: 'revenue Net revenue of a period',
    phrases: [],
    isDetail: true,
  }
  expect(matching(ofTable, 'net revenue')).toEqual([column])
  const board = {
    system: 'pulse',
    title: 'Regions',
    panels: [{ question: 'What revenue had each region?', answer: '' }],
  } as unknown as Schemas['Dashboard']
  const members = placesOfMembers(board, { name: 'region', label: 'Region', column: 'region_id' }, [
    'GB',
    'FR',
  ])
  const both = matching([...members, ...ofTable], 'net revenue uk')
  expect(both.map(({ title }) => title)).toEqual(['United Kingdom', 'Revenue'])
  expect(hasAllWords(column, 'net revenue uk')).toBe(false)
  // A short word is no beginning of a longer one, and the surroundings of a member do not find it alone.
  expect(matching(members, 'fr revenue').map(({ title }) => title)).toEqual(['France'])
  expect(matching(members, 'revenue')).toEqual([])
})

test('an empty field shows the pages opened before, and what can be asked', () => {
  const board = {
    system: 'own',
    title: 'Guests',
    queues: [{ name: 'to_call', title: 'Guests to call', table: 't', value_label: '' }],
    panels: [
      { name: 'first', table: 't', question: 'What is ahead?', answer: '', x: '', y: [] },
      { name: 'second', table: 't', question: 'And then?', answer: '', x: '', y: [] },
    ],
  } as unknown as Schemas['Dashboard']
  const all = places({ contracts: [], systems: [], questions: [], boards: [board], runs: [] })
  const recent = ['Here', 'Lake'].map((title) => ({ kind: 'opened before', title, href: `#/${title}` }))
  const shown = firstPlaces(recent, [board], all).map(({ title }) => title)
  expect(shown.slice(0, 3)).toEqual(['Lake', 'Guests to call', 'What is ahead?'])
  expect(shown).toContain('Upload a file')
  expect(shown).not.toContain('And then?')
  expect(firstPlaces([], [], [])).not.toEqual([])
})

test('rows are found by the words of their names, and people are not', () => {
  const things = testTable('things', [
    testColumn('thing_id', { primary_key: true }),
    testColumn('thing_name'),
  ])
  const people = testTable('people', [
    testColumn('person_id', { primary_key: true }),
    testColumn('full_name', { personal: true }),
  ])
  const statement = statementOfNames([things, people], "White  heart's")
  expect(statement).toContain(`strpos(lower("thing_name"), 'white') > 0`)
  expect(statement).toContain(`'heart''s'`)
  expect(statement).not.toContain('full_name')
  expect(placesOfNames({ rows: [['things', '85', 'WHITE HEART']] })).toEqual([
    { kind: 'in things, 85', title: 'WHITE HEART', href: '#/rows/things/85' },
  ])
})

test('a question that the person saved is found by its name and opens with its chart', () => {
  const saved = {
    name: 'J3 Monthly revenue',
    sql: 'select 1',
    kind: 'line',
    x: 'month',
    y: ['n'],
    series: '',
  }
  const all = places({
    contracts: [],
    systems: [],
    questions: [],
    own: [{ ...saved, kind: 'line', is_pinned: false }],
    boards: [],
    runs: [],
  })
  const shown = matching(all, 'j3 monthly')
  expect(shown.map(({ kind, title, href }) => [kind, title, href])).toEqual([
    ['question of mine', 'J3 Monthly revenue', '#/query?sql=select+1&view=chart&x=month&y=n&kind=line'],
  ])
  expect(matching(all, 'j4 monthly').every((place) => hasAllWords(place, 'j4 monthly'))).toBe(false)
})

test('columns of datasets are found by their names, those of the lake itself are not', () => {
  const columns = [testColumn('unit_price', { label: 'Unit price', description: 'Price of a piece' })]
  const all = places({
    contracts: [
      { zone: 'source', name: 'order_items', id: '', version: '', system: '', description: '', columns: 1 },
      { zone: 'lake', name: 'quarantine', id: '', version: '', system: '', description: '', columns: 1 },
    ],
    systems: [],
    questions: [],
    boards: [],
    runs: [],
    tables: ['order_items', 'quarantine'].map((name) => testTable(name, columns)),
  })
  for (const typed of ['unit_price', 'unit price', 'price of a piece'])
    expect(matching(all, typed).map(({ kind, href }) => [kind, href])).toEqual([
      ['column of the dataset Order items', '#/datasets/order_items?column=unit_price'],
    ])
  expect(matching(all, 'order items')[0]?.kind).toBe('dataset')
})

test('words of the domain find the panel and the queue that answer, an exact phrase first', () => {
  const panel = { table: 'pulse', answer: '', x: '', y: [] }
  const board = {
    system: 'own',
    title: 'Own',
    queues: [
      {
        name: 'call',
        title: 'To call',
        table: 'pulse',
        value_label: '',
        found_by: ['who leaves', 'call list'],
      },
    ],
    panels: [
      { ...panel, name: 'ahead', question: 'What comes? Net sales of the next days', found_by: ['forecast'] },
      { ...panel, name: 'sold', question: 'What went?', found_by: ['net sales', 'net sales by place'] },
      { ...panel, name: 'places', question: 'Where?', found_by: ['net sales by place'] },
    ],
  } as unknown as Schemas['Dashboard']
  const tables = [testTable('pulse', [testColumn('net_sales')], { system: 'own' })]
  const all = places({ contracts: [], systems: [], questions: [], boards: [board], runs: [], tables })
  const first = (typed: string): string | undefined => matching(all, typed)[0]?.title
  expect(['net sales', 'Net sales by', 'forecast', 'who leaves?', 'call'].map(first)).toEqual([
    'What went?',
    'What went?',
    'What comes? Net sales of the next days',
    'To call',
    'To call',
  ])
  expect(matching(all, 'net sales').at(-1)?.href).toBe('#/tables/own/pulse?column=net_sales')
})

test('words of the domain find its saved question', () => {
  const question = { name: 'peaks', system: 'own', description: 'Which days were busy?', sql: '' }
  const questions = [{ ...question, found_by: ['rush hours'], parameters: [] }]
  const all = places({ contracts: [], systems: [], questions, boards: [], runs: [] })
  expect(matching(all, 'rush hours')[0]?.title).toBe('Which days were busy?')
})

test('another word for a measure and a member of a filter find the dashboard under that member', () => {
  const board = {
    system: 'pulse',
    title: 'Regions',
    queues: [],
    panels: [
      {
        name: 'm',
        table: 't',
        question: 'Net sales',
        answer: '',
        x: '',
        y: [],
        found_by: ['revenue, turnover'],
      },
    ],
  } as unknown as Schemas['Dashboard']
  const every = places({ contracts: [], systems: [], questions: [], boards: [board], runs: [] })
  const filter = { name: 'region', label: 'Region', column: 'region_id' }
  const members = placesOfMembers(board, filter, ['DE', 'FR'])
  expect(mayNameMember(every, 'turnover germany')).toBe(true)
  expect([mayNameMember(every, 'turnover'), mayNameMember(every, 'net sales')]).toEqual([false, false])
  expect([mayNameMember(every, 'germany'), mayNameMember(every, 'ger')]).toEqual([true, false])
  const [first] = matching([...every, ...members], 'turnover germany')
  expect([first?.title, first?.href]).toEqual(['Germany', '#/dashboards/pulse?region=DE'])
})

test('who adds people and sets passwords is said, also for a typo', () => {
  for (const typed of ['add a user', 'invite', 'password', 'pasword', 'new user', 'add usre'])
    expect(matching(ALL, typed)[0]?.says).toContain('headgate users add')
})

test.each([
  ['log out', 'Sign out'],
  ['sign out', 'Sign out'],
  ['help', 'Help with the keys of a page'],
  ['run now', 'Start a run'],
  ['delete dataset', 'Remove a dataset'],
  ['remove dataset', 'Remove a dataset'],
  ['delete file', 'Delete a file with its rows'],
  ['backup', 'Back up the lake, restore a table'],
  ['restore', 'Back up the lake, restore a table'],
  ['import', 'Upload a file'],
  ['export', 'Download rows of a table or an answer'],
  ['errors', 'Rows to fix'],
  ['documentation', 'Help with the keys of a page'],
  ['hilfe', 'Help with the keys of a page'],
  ['mot de passe', 'Add a user, invite a person, reset a password'],
  ['gdpr', 'Erase a person’s data'],
  ['settings', 'Change the settings of the lake'],
  ['who changed', 'See who changed a row or sent a file'],
  ['newsletter', 'Share my dashboard, stop a mail'],
  ['api', 'Read the lake from another program'],
  ['notification', 'Alerts'],
])('“%s” finds %s first', (typed, title) => {
  const all = places({ contracts: [], systems: [], questions: [], boards: [], runs: [], mayRun: true })
  expect(matching(all, typed)[0]?.title).toBe(title)
})

test('a column is found by its other names in files where it is defined, after what answers with them', () => {
  const order = { label: 'Order', aliases: ['invoice number', 'facture', 'importe'] }
  const tables = [
    testTable('lines', [testColumn('order_id', { ...order, references: 'orders.order_id' })]),
    testTable('orders', [testColumn('order_id', { ...order, primary_key: true })]),
  ]
  const contracts = ['lines', 'orders'].map((name) => {
    const description = name === 'orders' ? 'Sales of a shop' : ''
    return { zone: 'source' as const, name, id: '', version: '', system: '', description, columns: 1 }
  })
  const all = places({ ...EMPTY_LAKE, contracts, tables })
  const hrefs = (typed: string) => matching(all, typed).map(({ href }) => href)
  expect(hrefs('invoice number')).toEqual(['#/datasets/orders?column=order_id'])
  expect(hrefs('factures')).toEqual(['#/datasets/orders?column=order_id'])
  expect(hrefs('sales shop')).toEqual(['#/datasets/orders'])
  expect([hrefs('import')[0], hrefs('import').at(-1)]).toEqual([
    '#/upload',
    '#/datasets/orders?column=order_id',
  ])
})
