import { Group } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { useLocation } from 'react-router'

/** Links to the pages of one kind, such as dashboards: several lines where there is room, one that scrolls on a phone, with the open page in sight. */
export function Tabs({ label, children }: { label: string; children: ReactNode }) {
  const nav = useRef<HTMLDivElement>(null)
  const { pathname } = useLocation()
  const shown = useRef('')
  useEffect(() => {
    // Once for each page, as soon as its link is there: a person may have scrolled since.
    const current = nav.current?.querySelector<HTMLElement>('[aria-current=page]')
    if (!nav.current || !current || shown.current === pathname) return
    nav.current.scrollLeft = current.offsetLeft - (nav.current.clientWidth - current.offsetWidth) / 2
    shown.current = pathname
  })
  return (
    <Group gap={4} component="nav" aria-label={label} className="tabs" ref={nav}>
      {children}
    </Group>
  )
}
