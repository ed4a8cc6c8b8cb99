// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import { KeptColumns } from './kept-columns'

afterEach(cleanup)

test('new columns of a file are named with where their values are', () => {
  render(
    <MantineProvider>
      <KeptColumns names={['followUp_due', 'followUp_kind']} dataset="vet_visits" />
    </MantineProvider>,
  )
  expect(screen.getByRole('note').textContent).toMatch(
    /^2 new columns: followUp_due and followUp_kind\. Their values are kept as text in the column new_columns/,
  )
  expect(screen.getByRole('link').getAttribute('href')).toBe('#/datasets/vet_visits')
})

test('a file without new columns says nothing of them', () => {
  render(
    <MantineProvider>
      <KeptColumns names={[]} dataset="vet_visits" />
    </MantineProvider>,
  )
  expect(screen.queryByRole('note')).toBeNull()
})
