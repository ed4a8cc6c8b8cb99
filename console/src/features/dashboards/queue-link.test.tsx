// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import { QueueLink } from './queue-link'

const BOARD = {
  queues: [
    {
      name: 'calls',
      title: 'Customers to call',
      table: 'calls',
      sql: '',
      unit: '',
      teaches: false,
      actions: [],
      evidence: [],
      order: '',
      missing_sql: '',
      found_by: [],
      decided: '',
      waits: '',
      value_label: '',
    },
  ],
}
afterEach(cleanup)

const show = (queue: string, address = '') =>
  render(
    <MantineProvider>
      <QueueLink board={BOARD} panel={{ queue }} address={address} />
    </MantineProvider>,
  )

test('a panel leads to the queue in which people act on it', () => {
  show('calls')
  const link = screen.getByRole('link', { name: 'Open the queue “Customers to call”' })
  expect(link.getAttribute('href')).toBe('#/work/calls')
})

test('a panel without a queue has no link', () => {
  show('')
  expect(screen.queryByRole('link')).toBeNull()
})

test('a page under a filter opens the queue under the same one', () => {
  show('calls', 'segment=regulars')
  expect(screen.getByRole('link').getAttribute('href')).toBe('#/work/calls?segment=regulars')
})
