import { strFromU8, unzipSync } from 'fflate'
import { expect, test } from 'vitest'

import { DURATION } from '../api/format'
import { csvLines, notesOf, sheetName, sheetStart, type TableToSave, type WorkbookWords } from './save-table'
import { cellsOfRows, sheetOf as cellsOf, widthsOf } from './workbook-cells'
import { filterOf } from './workbook-filter'
import { linksOf, linksOfCells } from './workbook-links'
import { namedTable } from './workbook-names'
import { defaultStyle } from './workbook-style'
import { writeWorkbook } from './workbook-writer'

const sheetOf = (table: TableToSave, words: WorkbookWords) =>
  cellsOf(sheetStart(table, words), table.rows, linksOfCells(table, words.linkOf))

const TITLE = { title: 'Month and quarter' }

test('a sheet has numbers as numbers, and as texts what a spreadsheet would round', () => {
  const columns = [
    { name: 'order_id', type: 'varchar' },
    { name: 'amount', type: 'decimal(38,2)' },
    { name: 'sold', type: 'bigint' },
  ]
  const rows = [
    ['00143', '12.50', 3],
    ['=1+1', '12345678901234567.89', null],
  ]
  expect(sheetOf({ columns, rows }, TITLE).slice(1)).toEqual([
    ['00143', { value: 12.5, format: '#,##0.00' }, 3],
    ['=1+1', '12345678901234567.89', null],
  ])
})

test('a workbook heads columns of one kind apart, as the page does', () => {
  const columns = ['product_id', 'product_name'].map((name) => ({ name, type: 'varchar' }))
  expect(sheetOf({ columns, rows: [] }, TITLE)[0]).toEqual(
    ['Product id', 'Product name'].map((value) => ({ value, fontWeight: 'bold' })),
  )
})

test('days and timestamps are dates of the spreadsheet; a text that looks like a day stays', () => {
  const columns = [
    { name: 'period', type: 'date' },
    { name: 'seen_at', type: 'timestamp(3)' },
    { name: 'note', type: 'varchar' },
  ]
  const rows = [
    ['2010-12-06', '2010-12-09 23:09:51.000', '2010-12-06'],
    ['0001-01-01', '2010-12-09T07:45:00.123', null],
    ['1899-12-31', '2010-12-09 07:45:00.000', null],
  ]
  expect(sheetOf({ columns, rows }, TITLE).slice(1)).toEqual([
    [
      { value: new Date('2010-12-06T00:00:00Z'), format: 'dd mmm yyyy' },
      { value: new Date('2010-12-09T23:09:51Z'), format: 'dd mmm yyyy hh:mm:ss' },
      '2010-12-06',
    ],
    ['0001-01-01', { value: new Date('2010-12-09T07:45:00.123Z'), format: 'dd mmm yyyy hh:mm:ss.000' }, null],
    ['1899-12-31', { value: new Date('2010-12-09T07:45:00Z'), format: 'dd mmm yyyy hh:mm' }, null],
  ])
})

test('a CSV file tells no value from an empty text, and writes times as statements do', () => {
  const columns = [
    { name: 'seen_at', type: 'timestamp(3)' },
    { name: 'note', type: 'varchar' },
  ]
  const rows = [
    ['2010-12-09T23:09:51', ''],
    [null, null],
    ['2010-12-09 23:09:51', 'T, "x"'],
  ]
  expect(csvLines({ columns, rows })).toEqual([
    'seen_at,note',
    '2010-12-09 23:09:51,""',
    ',',
    '2010-12-09 23:09:51,"T, ""x"""',
  ])
})

test('headings are those of the page, with the currency; shares are shown as percent', () => {
  const columns = [
    { name: 'lower_80', type: 'decimal(18,2)' },
    { name: 'late_share', type: 'double' },
    { name: 'seen_at', type: 'timestamp' },
  ]
  const sheet = sheetOf(
    { columns, rows: [['917000.00', 0.25, null]] },
    { ...TITLE, units: { lower_80: 'GBP', late_share: 'share' }, labels: { lower_80: 'At least' } },
  )
  expect(sheet[0]).toEqual([
    { value: 'At least (GBP)', fontWeight: 'bold' },
    { value: 'Late share', fontWeight: 'bold' },
    { value: 'Seen (UTC)', fontWeight: 'bold' },
  ])
  expect(sheet[1]).toEqual([
    { value: 917000, format: '"£"#,##0.00' },
    { value: 0.25, format: '#,##0%' },
    null,
  ])
})

test('a share of 16 digits is a percent, too', () => {
  const columns = [{ name: 'sold_share', type: 'double' }]
  const sheet = sheetOf(
    { columns, rows: [[0.8705349952402885]] },
    { ...TITLE, units: { sold_share: 'share' } },
  )
  expect(sheet[1]).toEqual([{ value: 0.8705349952402885, format: '#,##0.00%' }])
})

test.each([
  ['What will next month sell, and may I trust it?', 'What will next month sell, and'],
  ['Sales: [all]/regions', 'Sales all regions'],
  ['Payment, Order, Method and 4 more', 'Payment, Order, Method and 4'],
  ['Rechtsschutzversicherungsgesellschaften', 'Rechtsschutzversicherungsgesell'],
  ['?', 'Rows'],
])('the title %s is the sheet %s', (title, name) => {
  expect(sheetName(title)).toBe(name)
})

test('a count has its thousands; a number without a unit, which may be a year, has none', () => {
  const columns = [
    { name: 'customers', type: 'bigint' },
    { name: 'year', type: 'bigint' },
  ]
  const sheet = sheetOf({ columns, rows: [[51204, 2010]] }, { ...TITLE, units: { customers: 'customers' } })
  expect(sheet[1]).toEqual([{ value: 51204, format: '#,##0' }, 2010])
})

test('a share has the places of its page', () => {
  const columns = [{ name: 'returned', type: 'double' }]
  const formatOf = (...shares: (number | null)[]) =>
    sheetOf({ columns, rows: shares.map((share) => [share]) }, { ...TITLE, units: { returned: 'share' } })[1]
  expect(formatOf(0.0226, 0.5)).toEqual([{ value: 0.0226, format: '#,##0.00%' }])
  expect(formatOf(0.5, 0.125, null)).toEqual([{ value: 0.5, format: '#,##0.0%' }])
})

test('a column of an answer that counts has thousands, and one whose expression is a name has none', () => {
  const columns = [
    { name: 'orders', type: 'bigint', kind: '' as const },
    { name: 'y', type: 'bigint', kind: 'name' as const },
    { name: 'mean', type: 'double', kind: 'mean' as const },
  ]
  expect(sheetOf({ columns, rows: [[51204, 2010, 1033.25]] }, TITLE)[1]).toEqual([
    { value: 51204, format: '#,##0' },
    2010,
    { value: 1033.25, format: '#,##0.00' },
  ])
})

test('a workbook has a default style, without which readers warn', async () => {
  const sheet = sheetStart({ columns: [{ name: 'n', type: 'bigint' }], rows: [] }, TITLE)
  const file = await writeWorkbook({ sheet, cells: [[1]], links: [], notes: [] }, () => undefined)
  const styles = strFromU8(
    unzipSync(new Uint8Array(await file.arrayBuffer()))['xl/styles.xml'] ?? new Uint8Array(),
  )
  expect(styles).toMatch(
    /<\/borders><cellStyleXfs count="1">.*<cellXfs.*<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"\/>/,
  )
})

test('the second sheet has the question, how the rows came about and what each column is', () => {
  const columns = [
    { name: 'silent_days', type: 'bigint' },
    { name: 'rhythm', type: 'varchar' },
  ]
  const about = { silent_days: 'Days since the last order.' }
  const lines = notesOf({ columns, rows: [] }, { title: 'Whom to call?', notes: ['SQL: SELECT 1'], about })
  expect(lines.slice(0, 3)).toEqual([
    'Whom to call?',
    'SQL: SELECT 1',
    'Silent days: Days since the last order.',
  ])
})

test('a cell that names an order leads to its page', () => {
  const columns = [
    { name: 'period', type: 'date' },
    { name: 'order_id', type: 'varchar' },
  ]
  const linkOf = (column: string, value: unknown) =>
    column === 'order_id' && value ? `https://lake/#/rows/orders/${String(value)}` : undefined
  const rows = [
    ['2010-12-06', '536365'],
    ['2010-12-06', null],
  ]
  expect(linksOfCells({ columns, rows }, linkOf)).toEqual([
    { cell: 'B2', address: 'https://lake/#/rows/orders/536365' },
  ])
  expect(sheetOf({ columns, rows }, { ...TITLE, linkOf })[1]?.[1]).toMatchObject({
    value: '536365',
    textDecoration: { underline: true },
  })
})

test('a workbook has its links, a frozen heading and a filter on all columns and rows', async () => {
  const columns = [
    { name: 'order_id', type: 'varchar' },
    { name: 'amount', type: 'decimal(18,2)' },
  ]
  const { default: writeExcelFile } = await import('write-excel-file/node')
  const table = { columns, rows: [['536365', '12.50']] }
  const links = linksOfCells(table, () => 'https://lake/#/rows?a=1&b=2')
  const data = sheetOf(table, TITLE)
  const sheets = [{ data, sheet: 'Orders', stickyRowsCount: 1 }]
  const features = [linksOf(links) as never, filterOf(2, 1) as never]
  const parts = unzipSync(new Uint8Array(await writeExcelFile(sheets, { features }).toBuffer()))
  const sheet = strFromU8(parts['xl/worksheets/sheet1.xml'] ?? new Uint8Array())
  expect(sheet).toContain('<hyperlink ref="A2" r:id="rId-link-0"/>')
  expect(sheet).toContain('state="frozen"')
  expect(sheet).toMatch(/<\/sheetData><autoFilter ref="A1:B2"\/>.*<hyperlinks/)
  expect(sheet.indexOf('<hyperlinks')).toBeGreaterThan(sheet.indexOf('</sheetData>'))
  expect(strFromU8(parts['xl/worksheets/_rels/sheet1.xml.rels'] ?? new Uint8Array())).toContain(
    'Target="https://lake/#/rows?a=1&amp;b=2" TargetMode="External"',
  )
})

test('a workbook written with reports of its rows has the parts of one that is written at once', async () => {
  const columns = [
    { name: 'order_id', type: 'varchar' },
    { name: 'amount', type: 'decimal(18,2)' },
  ]
  const rows = Array.from({ length: 25_000 }, (_, at) => [at % 3 ? String(at) : null, `${at}.50`])
  const words = {
    ...TITLE,
    linkOf: (_: string, value: unknown) => (value === '7' ? 'https://lake/7' : undefined),
  }
  const table = { columns, rows }
  const sheet = sheetStart(table, words)
  // As the page hands them over: in slices.
  const links = [0, 10_000, 20_000].flatMap((from) =>
    linksOfCells({ columns, rows: rows.slice(from, from + 10_000) }, words.linkOf, from),
  )
  const cells = [0, 10_000, 20_000].flatMap((from) =>
    cellsOfRows(sheet, rows.slice(from, from + 10_000), links, from),
  )
  const reports: number[] = []
  const file = await writeWorkbook({ sheet, cells, links, notes: ['Q'] }, (count) => reports.push(count))
  expect(reports).toEqual([10_000, 20_000, 25_000])

  const { default: writeExcelFile } = await import('write-excel-file/node')
  const data = sheetOf(table, words)
  const atOnce = await writeExcelFile(
    [
      { data, sheet: sheet.name, stickyRowsCount: 1, columns: widthsOf(data) },
      { data: [['Q']], sheet: 'About', columns: [{ width: 120 }] },
    ],
    { features: [linksOf(links) as never, filterOf(2, rows.length) as never, defaultStyle as never] },
  ).toBuffer()
  const texts = (bytes: Uint8Array) =>
    Object.entries(unzipSync(bytes)).map(([path, part]) => [path, strFromU8(part)])
  expect(texts(new Uint8Array(await file.arrayBuffer()))).toEqual(texts(new Uint8Array(atOnce)))
})

test('amounts have the sign and the decimals of their currency', () => {
  const columns = [{ name: 'paid', type: 'double' }]
  const formatIn = (paid: string) => sheetOf({ columns, rows: [[1250.4]] }, { ...TITLE, units: { paid } })[1]
  expect(formatIn('GBP')).toEqual([{ value: 1250.4, format: '"£"#,##0.00' }])
  expect(formatIn('JPY')).toEqual([{ value: 1250.4, format: '"JP¥"#,##0' }])
})

test('a column of codes has a column of the names that the page shows beside it', () => {
  const columns = ['month', 'region_id', 'sold'].map((name) => ({ name, type: 'varchar' }))
  const rows = [
    ['2010-11', 'FR', '3'],
    ['2010-11', 'X-CHI', null],
  ]
  const named = namedTable({ columns, rows }, TITLE)
  const sheet = sheetOf({ columns: named.columns, rows: named.withNames(rows) }, named.words)
  expect(sheet).toEqual([
    ['Month', 'Region', 'Region name', 'Sold'].map((value) => ({ value, fontWeight: 'bold' })),
    ['2010-11', 'FR', 'France', '3'],
    ['2010-11', 'X-CHI', 'X-CHI', null],
  ])
  const own = [...columns, { name: 'region_name', type: 'varchar' }]
  expect(namedTable({ columns: own, rows: [['2010-11', 'FR', '3', 'France']] }, TITLE).columns).toEqual(own)
})

test('computed numbers of a column have as many decimals, their unit is in the heading, and months are months', () => {
  const columns = [
    { name: 'month', type: 'timestamp(3)' },
    { name: 'avg_qty', type: 'double' },
    { name: 'parts', type: 'double' },
  ]
  const rows = [
    ['2009-12-01 00:00:00.000', 16, 3],
    ['2010-01-01 00:00:00.000', 8.48421, 5],
  ]
  const sheet = sheetOf({ columns, rows }, { ...TITLE, units: { avg_qty: 'units', parts: 'units' } })
  expect(sheet[0]).toMatchObject([
    { value: 'Month' },
    { value: 'Avg qty (units)' },
    { value: 'Parts (units)' },
  ])
  expect(sheet.slice(1)).toEqual([
    [
      { value: new Date('2009-12-01T00:00:00Z'), format: 'mmm yyyy' },
      { value: 16, format: '#,##0.0000' },
      { value: 3, format: '#,##0' },
    ],
    [
      { value: new Date('2010-01-01T00:00:00Z'), format: 'mmm yyyy' },
      { value: 8.48421, format: '#,##0.0000' },
      { value: 5, format: '#,##0' },
    ],
  ])
})

test.each([
  { name: 'quarter', period: '', begins: ['2010-07-01', '2011-01-01'], formats: ['"Q3" yyyy', '"Q1" yyyy'] },
  { name: 'since', period: 'quarter', begins: ['2010-10-01'], formats: ['"Q4" yyyy'] },
  { name: 'since', period: 'month', begins: ['2010-10-01'], formats: ['mmm yyyy'] },
  { name: 'year', period: '', begins: ['2010-01-01', '2011-01-01'], formats: ['yyyy', 'yyyy'] },
  {
    name: 'quarter',
    period: '',
    begins: ['2010-07-01', '2010-08-01'],
    formats: ['dd mmm yyyy', 'dd mmm yyyy'],
  },
  { name: 'since', period: 'week', begins: ['2010-11-01'], formats: ['dd mmm yyyy'] },
])('the first days of periods are dates that read as the page does ($name $period)', (column) => {
  const { name, period, begins, formats } = column
  const rows = begins.map((day) => [day])
  const sheet = sheetOf({ columns: [{ name, type: 'timestamp(3)', period }], rows }, TITLE)
  expect(sheet.slice(1)).toEqual(
    begins.map((day, at) => [{ value: new Date(`${day}T00:00:00Z`), format: formats[at] }]),
  )
})

test('a decimal whose type lacks its scale is shown with the decimals of its values', () => {
  const columns = [
    { name: 'fee', type: 'decimal' },
    { name: 'rate', type: 'decimal', kind: 'mean' as const },
    { name: 'number', type: 'decimal' },
  ]
  const sheet = sheetOf({ columns, rows: [['0.05', '0.25', '2009']] }, TITLE)
  expect(sheet[1]).toEqual([{ value: 0.05, format: '#,##0.00' }, { value: 0.25, format: '#,##0.00' }, 2009])
})

test('a workbook has the name of a weekday beside its number, as its page', () => {
  const columns = [
    { name: 'weekday', type: 'bigint', period: 'day_of_week' },
    { name: 'hour', type: 'bigint', period: 'hour' },
  ]
  const named = namedTable({ columns, rows: [[1, 20]] }, { title: 'Evenings' })
  expect(named.columns.map(({ name }) => named.words.labels?.[name])).toEqual([
    'Weekday',
    'Weekday name',
    'Hour',
  ])
  expect(
    named.withNames([
      [1, 20],
      [null, 21],
    ]),
  ).toEqual([
    [1, 'Monday', 20],
    [null, null, 21],
  ])
})

test('a workbook has the seconds of durations, with which a sheet can compute', () => {
  const table: TableToSave = { columns: [{ name: 'worked', type: 'decimal(18,3)' }], rows: [['7272.000']] }
  const words = { ...TITLE, units: { worked: DURATION } }
  expect(sheetStart(table, words).headings).toEqual(['Worked (s)'])
  expect(cellsOf(sheetStart(table, words), table.rows, [])[1]).toMatchObject([{ value: 7272 }])
})
