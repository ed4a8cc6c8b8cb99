// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import { Panel } from './panel'

afterEach(cleanup)

const show = (action: string) =>
  render(
    <MantineProvider>
      <Panel title="Beds" action={action}>
        rows
      </Panel>
    </MantineProvider>,
  )

test('of what to do the first sentence is in view and the others are a click away', () => {
  show('Water the beds. Not at noon. Never in frost.')
  const more = screen.getByText('Water the beds. · more')
  expect(more.tagName).toBe('SUMMARY')
  expect(more.closest('details')?.textContent).toContain('Not at noon. Never in frost.')
  expect(more.closest('details')?.open).toBe(false)
})

test('one sentence has nothing to fold', () => {
  show('Water the beds.')
  expect(screen.getByText('Water the beds.').closest('details')).toBeNull()
})
