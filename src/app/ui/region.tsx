import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

/** A part of the settings, named by its heading. */
export const Region = ({ title, children }: { readonly title: string; readonly children: ComponentChildren }) => {
  const id = useId()
  return (
    <section class="card region" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  )
}

/** Names and what they are, one under the other. */
export const Facts = ({ facts }: { readonly facts: readonly (readonly [string, ComponentChildren])[] }) => (
  <dl class="facts">
    {facts.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)
