// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { createMemoryRouter, Link, type RouteObject, RouterProvider, useSearchParams } from 'react-router'
import { afterEach, expect, test, vi } from 'vitest'

import { PageOutlet } from './page-outlet'

afterEach(cleanup)

function show(children: RouteObject[]) {
  const router = createMemoryRouter([{ path: '/', element: <PageOutlet />, children }])
  render(
    <MantineProvider>
      <RouterProvider router={router} />
    </MantineProvider>,
  )
  return router
}

test('the page before is gone while the next one is loaded', async () => {
  let load: (loaded: { Component: () => React.JSX.Element }) => void = () => undefined
  const loaded = new Promise<{ Component: () => React.JSX.Element }>((resolve) => (load = resolve))
  const children = [
    { index: true, element: <Link to="/next">first page</Link> },
    { path: 'next', lazy: () => loaded },
  ]
  show(children)
  ;(await screen.findByText('first page')).click()
  expect((await screen.findByRole('status')).textContent).toBe('Loading the page …')
  expect(screen.queryByText('first page')).toBeNull()
  load({ Component: () => <p>next page</p> })
  expect(await screen.findByText('next page')).toBeTruthy()
})

function Filtered() {
  const [, setSearch] = useSearchParams()
  return <button onClick={() => setSearch('region=IE')}>filter</button>
}

test('a page that a link opens is read from its top; a filter and the way back keep the place', async () => {
  const scrolled = vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined)
  const children = [
    { index: true, element: <Link to="/next">first page</Link> },
    { path: 'next', element: <Filtered /> },
  ]
  const router = show(children)
  ;(await screen.findByText('first page')).click()
  ;(await screen.findByText('filter')).click()
  await expect.poll(() => router.state.location.search).toBe('?region=IE')
  expect(scrolled.mock.calls).toEqual([[0, 0]])
  await router.navigate(-2)
  expect(await screen.findByText('first page')).toBeTruthy()
  expect(scrolled).toHaveBeenCalledTimes(1)
})
