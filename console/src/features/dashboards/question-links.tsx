import { Anchor, Text } from '@mantine/core'
import { Fragment } from 'react'

import { label } from '../../formats/words'
import { useQuestions } from '../query/results'

/** The saved questions of a dashboard's system, one click away; nothing where it has none. */
export function QuestionLinks({ system }: { system: string }) {
  const own = (useQuestions().data?.questions ?? []).filter((question) => question.system === system)
  if (own.length === 0) return null
  return (
    <Text size="xs" className="muted">
      Saved questions:{' '}
      {own.map(({ name, description }, place) => (
        <Fragment key={name}>
          {place > 0 ? ', ' : ''}
          <Anchor inherit href={`#/query?question=${encodeURIComponent(name)}`} title={description}>
            {label(name)}
          </Anchor>
        </Fragment>
      ))}
    </Text>
  )
}
