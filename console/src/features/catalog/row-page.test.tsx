// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import type { Result } from '../query/results'
import { Facts } from './row-page'

afterEach(cleanup)

test('a figure on the page of a row has its unit', async () => {
  const columns = [
    { name: 'silent', type: 'bigint', unit: 'days' },
    { name: 'risk', type: 'double', unit: 'probability' },
    { name: 'expected', type: 'double', unit: 'purchases' },
  ]
  vi.stubGlobal('fetch', () =>
    Promise.resolve(Response.json({ tables: [{ name: 't', system: 's', database: 'lake', columns }] })),
  )
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  const rows = { columns, rows: [[92, 0.5, 1]] } as unknown as Result
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <Facts table="t" rows={rows} leftOut="" />
      </QueryClientProvider>
    </MantineProvider>,
  )
  expect((await screen.findByText('92 days')).tagName).toBe('DD')
  const texts = [...document.querySelectorAll('dd')].map(({ textContent }) => textContent.trim())
  expect(texts).toEqual(['92 days', '50 %', '1 purchase'])
})
