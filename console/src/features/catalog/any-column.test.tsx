// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import { AnyColumn } from './any-column'

afterEach(cleanup)

test('a filter without a value is not added and says what is missing', async () => {
  const onAdd = vi.fn()
  render(
    <MantineProvider env="test">
      <AnyColumn columns={[{ name: 'place', type: 'varchar' }]} labels={{}} onAdd={onAdd} />
    </MantineProvider>,
  )
  await userEvent.click(screen.getByPlaceholderText('any column'))
  await userEvent.click(await screen.findByText('Place'))
  await userEvent.click(screen.getByRole('button', { name: 'Add filter' }))
  await screen.findByText('Write a value first')
  expect(onAdd).not.toHaveBeenCalled()
  await userEvent.type(screen.getByLabelText('Value'), 'north')
  expect(screen.queryByText('Write a value first')).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: 'Add filter' }))
  expect(onAdd).toHaveBeenCalledWith(expect.objectContaining({ column: 'place', value: 'north' }))
})

test('a number of a filter may have a comma, and a text that is no number says how to write one', async () => {
  const onAdd = vi.fn()
  render(
    <MantineProvider env="test">
      <AnyColumn columns={[{ name: 'weight', type: 'double' }]} labels={{}} onAdd={onAdd} />
    </MantineProvider>,
  )
  await userEvent.click(screen.getByPlaceholderText('any column'))
  await userEvent.click(await screen.findByText('Weight'))
  await userEvent.type(screen.getByLabelText('Value'), 'heavy')
  await userEvent.click(screen.getByRole('button', { name: 'Add filter' }))
  await screen.findByText('Write a number such as 12.5')
  expect(onAdd).not.toHaveBeenCalled()
  await userEvent.clear(screen.getByLabelText('Value'))
  await userEvent.type(screen.getByLabelText('Value'), '1,5')
  await userEvent.click(screen.getByRole('button', { name: 'Add filter' }))
  expect(onAdd).toHaveBeenCalledWith({ column: 'weight', operator: 'ge', value: '1.5' })
})
