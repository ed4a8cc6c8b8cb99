import { Drawer, Text } from '@mantine/core'
import type { ReactNode } from 'react'

import { count } from '../api/format'

interface Fact {
  name: string
  /** What people read. */
  text: ReactNode
  /** The exact value, shown below its words where it differs. */
  exact?: string
  about?: string
}

/** The panel beside a table with everything about one row. */
export function Story({
  title,
  facts,
  folded = [],
  onClose,
  children,
}: {
  title: string
  facts: Fact[]
  /** Facts of the lake itself, which a click shows. */
  folded?: Fact[]
  onClose: () => void
  children?: ReactNode
}) {
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="md"
      title={<span className="any-text">{title}</span>}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Facts facts={facts} />
      {folded.length > 0 ? (
        <details>
          <summary>{count(folded.length, 'technical value')} of the lake</summary>
          <Facts facts={folded} />
        </details>
      ) : null}
      {children}
    </Drawer>
  )
}

function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className="story">
      {facts.map(({ name, text, exact, about }) => (
        <div key={name}>
          <dt title={about}>{name}</dt>
          <dd>
            {text}
            {exact && exact !== text ? (
              <Text size="xs" className="muted">
                {exact}
              </Text>
            ) : null}
            {about ? (
              <Text size="xs" className="muted">
                {about}
              </Text>
            ) : null}
          </dd>
        </div>
      ))}
    </dl>
  )
}
