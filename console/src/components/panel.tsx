import { Box, Group, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'

import { firstSentence } from './first-sentence'
import { keepPage } from '../features/search/recent-pages'

/** The heading of a page, there from its first moment: also while the page loads, and when it fails. It is the title of the tab. */
export function PageTitle({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const title = heading.current?.textContent ?? ''
    document.title = `${title} · Headgate`
    keepPage(title, window.location.hash)
  })
  return (
    <Title order={1} size="h3" ref={heading} style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Title>
  )
}

interface Props {
  title: string
  /** The further parts of an answer whose first part is the title. */
  others?: string | undefined
  /** A line below the title. */
  subtitle?: string | undefined
  /** What to do about it, below: the first sentence is in sight, the others a click away. */
  action?: string | undefined
  /** The way to the page where it is done. */
  onward?: ReactNode
  /** The name of the section, if it stays the same while the title changes with the answer. */
  name?: string
  actions?: ReactNode
  children: ReactNode
  order?: 2 | 3
}

export function Panel({
  title,
  others,
  subtitle,
  action,
  onward,
  name = title,
  actions,
  children,
  order = 2,
}: Props) {
  return (
    <Box component="section" className="panel" p="sm" h="100%" aria-label={name}>
      <Group justify="space-between" align="start" mb="xs" gap="xs" className="panel-head">
        <div>
          <Title order={order} size="h5" style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          {others ? <Text size="sm">{others}</Text> : null}
          {subtitle ? (
            <Text size="xs" className="muted">
              {subtitle}
            </Text>
          ) : null}
          {action ? <Action text={action} /> : null}
          {onward}
        </div>
        {actions}
      </Group>
      {children}
    </Box>
  )
}

/** What to do, of which the first sentence is in sight and the others are a click away. */
function Action({ text }: { text: string }) {
  const [first, others] = firstSentence(text)
  if (!others)
    return (
      <Text size="xs" className="muted">
        {first}
      </Text>
    )
  return (
    <details className="folded-action muted">
      <summary>{first} · more</summary>
      <p>{others}</p>
    </details>
  )
}
