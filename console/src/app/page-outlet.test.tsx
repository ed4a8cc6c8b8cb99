// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { createMemoryRouter, Link, RouterProvider } from 'react-router'
import { afterEach, expect, test } from 'vitest'

import { PageOutlet } from './page-outlet'

afterEach(cleanup)

test('the page before is gone while the next one is loaded', async () => {
  let show: (loaded: { Component: () => React.JSX.Element }) => void = () => undefined
  const loaded = new Promise<{ Component: () => React.JSX.Element }>((resolve) => (show = resolve))
  const children = [
    { index: true, element: <Link to="/next">first page</Link> },
    { path: 'next', lazy: () => loaded },
  ]
  const router = createMemoryRouter([{ path: '/', element: <PageOutlet />, children }])
  render(
    <MantineProvider>
      <RouterProvider router={router} />
    </MantineProvider>,
  )
  ;(await screen.findByText('first page')).click()
  expect((await screen.findByRole('status')).textContent).toBe('Loading the page …')
  expect(screen.queryByText('first page')).toBeNull()
  show({ Component: () => <p>next page</p> })
  expect(await screen.findByText('next page')).toBeTruthy()
})
