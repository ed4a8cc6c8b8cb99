// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { QuestionLinks } from './question-links'

afterEach(cleanup)

test('a dashboard leads to the saved questions of its system, such as the articles to order', async () => {
  const questions = [
    { name: 'articles_to_order', system: 'sales', description: 'Which articles?', sql: '', found_by: [] },
    { name: 'rows', system: 'lake', description: 'Which rows?', sql: '', found_by: [] },
  ]
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ questions })))
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <QuestionLinks system="sales" />
      </QueryClientProvider>
    </MantineProvider>,
  )
  const links = await screen.findAllByRole('link')
  expect(links.map((link) => [link.textContent?.toLowerCase(), link.getAttribute('href')])).toEqual([
    ['articles to order', '#/query?question=articles_to_order'],
  ])
})
