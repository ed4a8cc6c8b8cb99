// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter, useLocation } from 'react-router'
import { afterEach, expect, test } from 'vitest'

import { FilterBar, useChosen } from './filter-bar'
import { testFilter } from './test-filters'

afterEach(cleanup)

const FILTERS = [testFilter()]

function Page() {
  return (
    <>
      <FilterBar filters={FILTERS} chosen={useChosen(FILTERS)} tables={[]} />
      <p data-testid="address">{useLocation().search}</p>
    </>
  )
}

test('several values are found by typing, counted in their field, and repeated in the address', async () => {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  const rows = ['North', 'South', 'East'].map((hall) => [hall])
  queries.setQueryData(['result', FILTERS[0]?.values], { columns: [{ name: 'hall_name' }], rows, next: '' })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={queries}>
        <MemoryRouter initialEntries={['/dashboards/own?hall=North']}>
          <Page />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
  const address = () => screen.getByTestId('address').textContent
  const field = () => screen.getByRole('combobox', { name: 'Hall' })
  await userEvent.type(field(), 'sou')
  await userEvent.click(await screen.findByRole('option', { name: 'South' }))
  expect(address()).toBe('?hall=North&hall=South')
  expect(screen.queryByPlaceholderText('3 halls')).toBeNull()
  await userEvent.clear(field())
  await userEvent.type(field(), 'eas')
  await userEvent.click(await screen.findByRole('option', { name: 'East' }))
  expect(address()).toBe('?hall=North&hall=South&hall=East')
  expect(screen.getByPlaceholderText('3 halls')).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Show all' }))
  expect(address()).toBe('')
}, 60_000)
