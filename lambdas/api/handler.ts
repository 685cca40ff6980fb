import { handle } from 'hono/aws-lambda';
import { createApp } from '#http/app.ts';

/** The HTTP API behind API Gateway. */
export const handler = handle(createApp());
