import { Anchor, Text } from '@mantine/core'
import { Fragment } from 'react'

import { type ModelEntry, modelAddress, modelTitle, useModels } from './queries'

/** The cards of the models whose figures some tables have, one click away; nothing where there is no model. */
export function ModelCardLinks({ tables }: { tables: string[] }) {
  const own = useModels().filter((card) =>
    [...card.tables, card.quality].some((table) => tables.includes(table)),
  )
  return own.length > 0 ? <Links cards={own} /> : null
}

const Links = ({ cards }: { cards: ModelEntry[] }) => (
  <Text size="xs" className="muted">
    {cards.length > 1 ? 'Model cards: ' : 'Model card: '}
    {cards.map((card, at) => (
      <Fragment key={card.name}>
        {at > 0 ? ', ' : ''}
        <Anchor inherit href={modelAddress(card.name)}>
          {modelTitle(card)}
        </Anchor>
      </Fragment>
    ))}
  </Text>
)
