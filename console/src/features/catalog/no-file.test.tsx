// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { NoFile } from './no-file'

vi.mock('../import/kept-edits', () => ({
  uploadsOf: (dataset: string) => Promise.resolve(dataset === 'stations' ? 1 : 0),
}))
afterEach(cleanup)

const shown = (dataset: string) =>
  render(
    <MantineProvider>
      <NoFile dataset={dataset} />
    </MantineProvider>,
  )

test('a dataset whose rows are still on the page Upload says so, with the way to them', async () => {
  shown('stations')
  await screen.findByText(/A file with its rows waits for the commit on the page Upload/)
  expect(screen.getByRole('link', { name: 'Open Upload' }).getAttribute('href')).toBe('#/upload')
})

test('a dataset without rows anywhere asks for a file', async () => {
  shown('trips')
  await screen.findByText(/No file of this dataset has arrived/)
})
