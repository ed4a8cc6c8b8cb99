// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { act, cleanup, render, screen } from '@testing-library/react'
import { createContext, useContext } from 'react'
import { createMemoryRouter, NavLink, RouterProvider } from 'react-router'
import { afterEach, expect, test } from 'vitest'

import { Tabs } from './tabs'

afterEach(cleanup)

const page = (names: string[], router: ReturnType<typeof createMemoryRouter>) => (
  <MantineProvider env="test">
    <Names value={names}>
      <RouterProvider router={router} />
    </Names>
  </MantineProvider>
)
const Names = createContext<string[]>([])

function Page() {
  return (
    <Tabs label="Boards">
      {useContext(Names).map((name) => (
        <NavLink key={name} to={`/${name}`}>
          {name}
        </NavLink>
      ))}
    </Tabs>
  )
}

test('the link of the open page is scrolled to once, when it is there, and again on another page', async () => {
  const router = createMemoryRouter([{ path: '*', element: <Page /> }], { initialEntries: ['/b'] })
  const { rerender } = render(page([], router))
  const nav = screen.getByRole('navigation')
  Object.defineProperty(nav, 'clientWidth', { value: -100 }) // a link without a layout is then at 50
  rerender(page(['a', 'b'], router))
  expect(nav.scrollLeft).toBe(50)
  nav.scrollLeft = 7
  rerender(page(['a', 'b', 'c'], router))
  expect(nav.scrollLeft).toBe(7)
  await act(() => router.navigate('/c'))
  expect(nav.scrollLeft).toBe(50)
})
