// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { DraftColumnsTable, NameInput } from './draft-columns-table'

afterEach(cleanup)

test('a name in another script is refused with the rule, and the name before stays', () => {
  const onChange = vi.fn()
  const column = {
    name: 'column_1',
    heading: '名称',
    type: 'VARCHAR(9)',
    required: true,
    key: false,
    unit: '',
  }
  render(
    <MantineProvider>
      <DraftColumnsTable
        columns={[column]}
        inFile={['名称']}
        order={undefined}
        onChange={onChange}
        onLeaveOut={vi.fn()}
      />
    </MantineProvider>,
  )
  const name = screen.getByLabelText('Name of column 1')
  fireEvent.change(name, { target: { value: '名前' } })
  expect(onChange).not.toHaveBeenCalled()
  expect(screen.getByText(/Only letters a to z/)).toBeTruthy()
  fireEvent.change(name, { target: { value: 'Room name' } })
  expect(onChange).toHaveBeenCalledWith(0, { ...column, name: 'room_name' })
  expect(screen.queryByText(/Only letters a to z/)).toBeNull()
})

test('a name of a dataset in another script is refused with the rule, too, and not emptied', () => {
  const onName = vi.fn()
  render(
    <MantineProvider>
      <NameInput label="Name of the dataset" name="sales" onName={onName} isLabelShown />
    </MantineProvider>,
  )
  fireEvent.change(screen.getByLabelText('Name of the dataset'), { target: { value: '売上' } })
  expect(onName).not.toHaveBeenCalled()
  expect(screen.getByText(/Only letters a to z/)).toBeTruthy()
})

test('a column whose values are hidden says by which rule', () => {
  const column = { name: 'karta', heading: 'Karta', type: 'VARCHAR(9)', required: true, key: false, unit: '' }
  render(
    <MantineProvider>
      <DraftColumnsTable
        columns={[column, { ...column, name: 'kod', heading: 'Kod' }]}
        inFile={['Karta', 'Kod']}
        hidden={{ Karta: 'they look like card numbers' }}
        order={undefined}
        onChange={vi.fn()}
        onLeaveOut={vi.fn()}
      />
    </MantineProvider>,
  )
  const [first, second] = screen.getAllByRole('row').slice(1)
  expect(first?.textContent).toContain('Its values are not shown: they look like card numbers.')
  expect(second?.textContent).not.toContain('not shown')
})
