import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * Django's table of sessions, for applications that want to look into it. The engine itself does
 * not need it. Never synchronized: the table may be Django's.
 */
@Entity({ name: 'django_session', synchronize: false })
export class DjangoSession {
  /** Django: `session_key`. */
  @PrimaryColumn({ name: 'session_key', type: 'varchar', length: 40, primaryKeyConstraintName: 'django_session_pkey' })
  sessionKey!: string;

  /** The signed data. Django: `session_data`. */
  @Column({ name: 'session_data', type: 'text' })
  sessionData!: string;

  /** Django: `expire_date`. MySQL drivers need `timezone: 'Z'` to read it as the instant it is. */
  @Index('django_session_expire_date_a5c62663')
  @Column({ name: 'expire_date', type: Date })
  expireDate!: Date;
}
