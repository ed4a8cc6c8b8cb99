// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter, useLocation } from 'react-router'
import { afterEach, expect, test } from 'vitest'

import { usePageKeys } from './use-page-keys'

function Page() {
  usePageKeys()
  return (
    <>
      <p>at {useLocation().pathname}</p>
      <input aria-label="name" />
    </>
  )
}

afterEach(cleanup)

function show(): void {
  render(
    <MemoryRouter>
      <Page />
    </MemoryRouter>,
  )
}

test('g and a letter open a page', async () => {
  show()
  await userEvent.keyboard('gl')
  expect(screen.getByText('at /lake')).toBeTruthy()
  await userEvent.keyboard('gw')
  expect(screen.getByText('at /work')).toBeTruthy()
})

test('a letter alone, and letters that are typed, open none', async () => {
  show()
  await userEvent.keyboard('l')
  await userEvent.type(screen.getByLabelText('name'), 'gl')
  expect(screen.getByText('at /')).toBeTruthy()
})
