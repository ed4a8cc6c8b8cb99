import { expect, test } from 'vitest'

import { csvLines } from '../../formats/save-table'
import { exactText, prioritiesOf, roomOf, shownColumns } from './answer-table'

const column = (name: string, type: string) => ({ name, type })
const formats = (...headings: string[]) => headings.map((heading) => ({ heading, text: String }))

test('rows of which no line says that they scroll are all in view, below a heading of three lines as well', () => {
  const [headings, lines, row] = [65, 3, 28]
  expect(roomOf(10, 320)).toBeGreaterThanOrEqual(headings + lines + 10 * row)
  expect(roomOf(11, 320), 'a line below says that these scroll').toBe(320)
})

test('on a phone the first measure stays beside the two columns that name a row', () => {
  const columns = [column('model', 'varchar'), column('metric', 'varchar'), column('value', 'double')]
  expect(prioritiesOf(columns, formats('Model', 'Metric', 'Value'), [['a', 'b', 0.5]], {})).toEqual([1, 1, 1])
})

test('a measure without room beside two names takes that of the second name', () => {
  const columns = [column('model', 'varchar'), column('metric', 'varchar'), column('value', 'double')]
  const long = [['a', 'b', 1234567890.5]]
  expect(prioritiesOf(columns, formats('Model', 'Metric', 'Value'), long, {})).toEqual([1, 2, 1])
})

test('a rank leaves first, and money stays before counts', () => {
  const columns = [
    column('risk_rank', 'bigint'),
    column('customer_id', 'bigint'),
    column('orders', 'bigint'),
    column('value_at_stake', 'decimal(18,2)'),
    column('cause', 'varchar'),
  ]
  const units = { value_at_stake: 'USD', risk_rank: 'rank' }
  const all = formats('Risk rank', 'Customer', 'Orders', 'Value at stake', 'Main cause')
  expect(prioritiesOf(columns, all, [], units)).toEqual([3, 1, 2, 1, 3])
})

test('a range follows its amount before days and counts do', () => {
  const columns = [
    column('span', 'varchar'),
    column('mean', 'double'),
    column('lower_80', 'double'),
    column('from_on', 'date'),
    column('periods', 'bigint'),
  ]
  const all = formats('Span', 'Mean', 'Low end (8 of 10)', 'From', 'Periods')
  const units = { mean: 'USD', lower_80: 'USD' }
  expect(prioritiesOf(columns, all, [], units)).toEqual([1, 1, 1, 3, 3])
  const long = [['Month', 1.5, '9'.repeat(24), null, null]]
  expect(prioritiesOf(columns, all, long, units), 'no room on a phone').toEqual([1, 1, 2, 3, 3])
})

test('both bounds of an amount are in view on a phone that has the room', () => {
  const columns = ['middle', 'at_least', 'at_most', 'a_year_before'].map((name) => column(name, 'double'))
  const units = Object.fromEntries(columns.map(({ name }) => [name, 'USD']))
  const all = formats('Span', 'Middle', 'At least', 'At most', 'A year before')
  const rows = [['Month', 1.21, 0.9, 1.67, 0.54]]
  expect(prioritiesOf([column('span', 'varchar'), ...columns], all, rows, units)).toEqual([1, 1, 1, 1, 2])
})

test('where the dashboard names the columns that stay in sight, all others leave', () => {
  const columns = [column('decision', 'varchar'), column('waiting', 'bigint'), column('amount', 'double')]
  const all = formats('Decision', 'Waiting', 'Amount')
  expect(prioritiesOf(columns, all, [], { amount: 'USD' }, ['decision', 'waiting'])).toEqual([1, 1, 3])
})

test('the figure of the title stays before money, and what it names before the second column', () => {
  const columns = [
    column('region', 'varchar'),
    column('manager', 'varchar'),
    column('revenue', 'double'),
    column('orders', 'bigint'),
    column('reason', 'varchar'),
  ]
  const all = formats('Region', 'Manager', 'Revenue', 'Orders', 'Reason')
  const units = { revenue: 'USD' }
  expect(prioritiesOf(columns, all, [], units, [], ['orders', 'reason'])).toEqual([1, 2, 1, 1, 1])
  const long = [['North', 'Ann', '9'.repeat(24), 1234567890.5, 'late']]
  expect(prioritiesOf(columns, all, long, units, [], ['orders']), 'no room').toEqual([1, 2, 2, 1, 3])
  const kept = prioritiesOf(columns, all, [], units, ['region', 'revenue'], ['orders'])
  expect(kept, 'after those that the dashboard names').toEqual([1, 3, 1, 2, 3])
})

test('a table without a measure keeps its first two columns', () => {
  const columns = [column('zone', 'varchar'), column('subject', 'varchar'), column('note', 'varchar')]
  expect(prioritiesOf(columns, formats('Zone', 'Subject', 'Note'), [], {})).toEqual([1, 1, 3])
})

test('a table leaves out columns that only fill a title or have no value', () => {
  const columns = ['name', 'title_all', 'row_count', 'late_share', 'sales'].map((name) => ({
    name,
    type: 'varchar',
  }))
  const rows = [
    ['A', 2, 2, null, null],
    ['B', 2, 2, null, 7],
  ]
  const shown = shownColumns({ columns, rows })
  expect(shown.columns.map(({ name }) => name)).toEqual(['name', 'sales'])
  expect(shown.rows).toEqual([
    ['A', null],
    ['B', 7],
  ])
})

test('an answer without rows keeps its columns, which are the header of its file', () => {
  const columns = ['name', 'title_all', 'sales'].map((name) => ({ name, type: 'varchar' }))
  const shown = shownColumns({ columns, rows: [] })
  expect(csvLines(shown)).toEqual(['name,sales'])
})

test('the details of a row have no digits of a division, and all digits of an amount', () => {
  expect(exactText(0.06610963111855822, '6.6 %')).toBe('6.6 %')
  expect(exactText(12.345678901, '12.3')).toBe('12.34568')
  expect(exactText('2383.8300', '£2,384')).toBe('2383.8300')
  expect(exactText(1234567, '1.23m')).toBe('1234567')
})
