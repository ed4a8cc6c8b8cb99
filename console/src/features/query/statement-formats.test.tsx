// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, renderHook } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, test } from 'vitest'

import { useStatementFormats } from './statement-formats'

afterEach(cleanup)

const Page = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { enabled: false } } })}>
    {children}
  </QueryClientProvider>
)

test.each([
  ['day_of_week', 1, 'Monday'],
  ['day_of_week', 7, 'Sunday'],
  ['month', 11, 'Nov'],
  ['quarter', 3, 'Q3'],
  ['hour', 8, '08:00'],
  ['year', 2010, '2010'],
  ['day', 31, '31'],
  ['day_of_week', null, '–'],
])('a table has the words of its chart for a part of a date: %s %s', (period, value, text) => {
  const columns = [
    { name: 'part', type: 'bigint', kind: 'name' as const, period },
    { name: 'orders', type: 'bigint' },
  ]
  const { result } = renderHook(() => useStatementFormats(columns, [[value, 2010]], {}, {}), {
    wrapper: Page,
  })
  expect(result.current.map((format, at) => format.text(at === 0 ? value : 2010))).toEqual([text, '2,010'])
})
