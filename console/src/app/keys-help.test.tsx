// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test } from 'vitest'

import { KeysHelp } from './keys-help'
import { PAGES } from './pages'

afterEach(cleanup)

function show(): void {
  render(
    <MantineProvider>
      <KeysHelp />
      <input aria-label="name" />
    </MantineProvider>,
  )
}

test('a question mark lists the keys of all pages and of the queues', async () => {
  show()
  await userEvent.keyboard('?')
  expect(await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })).toBeTruthy()
  for (const { title } of PAGES) expect(screen.getByText(`open ${title}`)).toBeTruthy()
  expect(screen.getByText('undo the last decision')).toBeTruthy()
})

test('a question mark that is typed lists none', async () => {
  show()
  await userEvent.type(screen.getByLabelText('name'), 'why?')
  expect(screen.queryByRole('dialog')).toBeNull()
})
