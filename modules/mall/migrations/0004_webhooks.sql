-- Messages to others are written where they are sent from; nobody ever read this one.
DROP TABLE mall_outbox;
