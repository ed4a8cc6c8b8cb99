import {
  ActionIcon,
  AppShell,
  Badge,
  Container,
  Group,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core'
import { useEffect } from 'react'
import { NavLink, useLocation } from 'react-router'

import { signedInAs } from '../api/client'
import { useCaller } from '../api/queries'
import { FailuresOfPage } from '../components/one-failure'
import { widthOfPage } from '../components/widths'
import { useDashboards } from '../features/dashboards/queries'
import { useHealth } from '../features/lake/queries'
import { SearchButton } from '../features/search/search-button'
import { day } from '../formats/moments'
import { BackgroundUploads } from './background-uploads'
import { KeysHelp } from './keys-help'
import { OfflineStrip } from './offline-strip'
import { PageOutlet } from './page-outlet'
import { PAGES } from './pages'
import { SignOut } from './sign-out'
import { usePageKeys } from './use-page-keys'

export function Shell() {
  const { pathname } = useLocation()
  usePageKeys()
  // On a phone the pages scroll sideways.
  useEffect(() => {
    const current = document.querySelector('.header [aria-current=page]')
    current?.scrollIntoView({ inline: 'nearest', block: 'nearest' })
  }, [pathname])
  return (
    <AppShell header={{ height: { base: 84, lg: 52 } }} padding="md">
      <AppShell.Header px="md" component="header">
        <a className="skip-link" href="#content" onClick={focusContent}>
          Skip to content
        </a>
        <div className="header">
          <Group gap={8} wrap="nowrap">
            <Text fw={700} component="span">
              Headgate
            </Text>
            <AsOf />
          </Group>
          <Group component="nav" aria-label="Pages" gap={2} wrap="nowrap" className="scroll">
            {PAGES.map(({ to, title }) => (
              <NavLink key={to} to={to} end={to === '/'} className="nav-link">
                {title}
                {to === '/dashboards' ? <NoDashboards /> : null}
              </NavLink>
            ))}
          </Group>
          <Group gap="xs" wrap="nowrap" className="who">
            <SearchButton />
            <KeysHelp />
            <Who />
            <SignOut />
            <SchemeToggle />
          </Group>
        </div>
      </AppShell.Header>
      <AppShell.Main id="content" tabIndex={-1}>
        <Container fluid maw={widthOfPage(pathname)} p={0}>
          <OfflineStrip />
          <FailuresOfPage>
            <PageOutlet />
          </FailuresOfPage>
          <FailuresOfPage>
            <BackgroundUploads />
          </FailuresOfPage>
        </Container>
      </AppShell.Main>
    </AppShell>
  )
}

/** The day of the dashboards, on every page: a dataset has days of its own, which its page says. */
function AsOf() {
  const asOf = useHealth().data?.as_of
  return asOf ? (
    <Text size="xs" className="muted" component="span" style={{ whiteSpace: 'nowrap' }}>
      <Text span inherit visibleFrom="xs">
        dashboards{' '}
      </Text>
      as of {day(asOf)}
    </Text>
  ) : null
}

/** Says in the navigation that a lake has no dashboards, so that nobody looks for them. */
function NoDashboards() {
  return useDashboards().data?.dashboards.length === 0 ? ' (none)' : null
}

function focusContent(event: React.MouseEvent): void {
  event.preventDefault()
  document.getElementById('content')?.focus()
}

function Who() {
  const caller = useCaller()
  if (!caller.data) return null
  const highest = ['operator', 'uploader', 'viewer'].find((group) =>
    caller.data.groups.some((one) => one === group),
  )
  return (
    <Group gap="xs" wrap="nowrap" visibleFrom="xs" miw={0} className="person">
      <Text size="sm" truncate maw={220}>
        {signedInAs() ?? caller.data.name}
      </Text>
      <Badge variant="default" miw="max-content">
        {highest ?? 'no group'}
      </Badge>
    </Group>
  )
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light')
  const other = scheme === 'dark' ? 'light' : 'dark'
  return (
    <ActionIcon variant="default" aria-label={`Use ${other} colours`} onClick={() => setColorScheme(other)}>
      {scheme === 'dark' ? '☀' : '☾'}
    </ActionIcon>
  )
}
